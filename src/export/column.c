/* The column table: what each column takes from graph, sample and verdict. How a cell is written is column_format.c. */
#include "export/column.h"

#include "export/users.h"

#include <math.h>
#include <string.h>
#include <sys/utsname.h>

static const struct node *input_node(const struct column_input *input)
{
    return &input->graph->nodes[input->node];
}

/* ---- what the verdict says ---- */

static const struct suspect *input_suspect(const struct column_input *input)
{
    return input->verdict == NULL ? NULL : verdict_suspect(input->verdict, input->node);
}

static double number_rank(const struct column_input *input)
{
    const struct suspect *suspect = input_suspect(input);
    return suspect == NULL ? NAN : (double)(suspect - input->verdict->suspects) + 1;
}

static double number_score(const struct column_input *input)
{
    const struct suspect *suspect = input_suspect(input);
    return suspect == NULL ? NAN : suspect->score;
}

static const char *text_why(const struct column_input *input)
{
    const struct suspect *suspect = input_suspect(input);
    return suspect == NULL ? NULL : suspect->summary;
}

/* ---- what the node is ---- */

static const char *text_kind(const struct column_input *input)
{
    return node_kinds[input_node(input)->kind].name;
}

static const char *text_id(const struct column_input *input)
{
    return input_node(input)->id;
}

static const char *text_who(const struct column_input *input)
{
    return input_node(input)->label;
}

static const char *text_name(const struct column_input *input)
{
    return input_node(input)->name;
}

static const char *text_unit(const struct column_input *input)
{
    return input_node(input)->unit;
}

static const char *text_command(const struct column_input *input)
{
    return input_node(input)->command;
}

static const char *text_executable(const struct column_input *input)
{
    return input_node(input)->executable;
}

static double number_pid(const struct column_input *input)
{
    uint32_t pid = input_node(input)->pid;
    return pid == 0 ? NAN : pid;
}

static double number_exited(const struct column_input *input)
{
    return input_node(input)->exited;
}

/* Only a sample of this very host may be read with this host's names of users. */
static bool sample_is_ours(const struct sample *sample)
{
    static struct utsname here;
    if (here.nodename[0] == '\0' && uname(&here) != 0)
        return false;
    if (sample == NULL || sample->tables[TABLE_HOST].rows == 0)
        return false;
    const char *name = sample_string(sample, TABLE_HOST, 0, HOST_NAME);
    return name != NULL && strcmp(name, here.nodename) == 0;
}

static const char *text_state(const struct column_input *input)
{
    static const char *const letters[] = {"R", "S", "D", "T", "t", "Z", "X", "I", "P", "K", "W"};
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (letters[i][0] == input_node(input)->state)
            return letters[i];
    return NULL;
}

static const char *text_user(const struct column_input *input)
{
    uint32_t uid = input_node(input)->uid;
    /* The one number that has the same name on every host. */
    if (uid == 0)
        return "root";
    return uid == UINT32_MAX ? NULL : users_name(uid, sample_is_ours(input->graph->sample));
}

/* ---- sockets: from the sample's row ---- */

static const struct table *socket_table(const struct column_input *input)
{
    const struct sample *sample = input->graph->sample;
    const struct node *node = input_node(input);
    if (sample == NULL || node->kind != NODE_SOCKET || node->row >= sample->tables[TABLE_SOCKET].rows)
        return NULL;
    return &sample->tables[TABLE_SOCKET];
}

static uint64_t socket_code(const struct column_input *input, size_t column)
{
    const struct table *table = socket_table(input);
    return table == NULL ? UINT64_MAX : table_u64(table, input_node(input)->row, column, UINT64_MAX);
}

static const char *socket_text(const struct column_input *input, size_t column)
{
    return socket_table(input) == NULL
               ? NULL
               : sample_string(input->graph->sample, TABLE_SOCKET, input_node(input)->row, column);
}

static const char *text_protocol(const struct column_input *input)
{
    static const char *const names[] = {
        [SOCKET_TCP] = "tcp", [SOCKET_UDP] = "udp", [SOCKET_UNIX] = "unix", [SOCKET_OTHER] = "other"};
    uint64_t code = socket_code(input, SOCKET_PROTOCOL);
    return code < sizeof names / sizeof names[0] ? names[code] : NULL;
}

static const char *text_local(const struct column_input *input)
{
    const char *local = socket_text(input, SOCKET_LOCAL);
    return local != NULL ? local : input_node(input)->name;
}

static const char *text_remote(const struct column_input *input)
{
    return socket_text(input, SOCKET_REMOTE);
}

static const char *text_owner(const struct column_input *input)
{
    const struct graph *graph = input->graph;
    if (graph->offsets == NULL)
        return NULL;
    for (uint32_t i = graph->offsets[input->node]; i < graph->offsets[input->node + 1]; i++) {
        const struct edge *edge = &graph->edges[graph->adjacent[i]];
        if (edge->kind == EDGE_OWNS && edge->to == input->node)
            return graph->nodes[edge->from].label;
    }
    return NULL;
}

static const char *text_socket_state(const struct column_input *input)
{
    /* The numbers of netinet/tcp.h; a socket without states of its own (udp) is established or unconnected. */
    static const char *const states[] = {NULL,         "established", "syn-sent",    "syn-received", "fin-wait-1",
                                         "fin-wait-2", "time-wait",   "unconnected", "close-wait",   "last-ack",
                                         "listen",     "closing",     "syn-received"};
    uint64_t code = socket_code(input, SOCKET_STATE);
    return code < sizeof states / sizeof states[0] ? states[code] : NULL;
}

/* ---- measures: name, unit and help come from the table of measures ---- */

#define MEASURE_COLUMN(measure, text, unit_text, help_text)               \
    static const char name_##measure[] = text;                            \
    static const char unit_##measure[] = unit_text;                       \
    static const char help_##measure[] = help_text;                       \
    static double number_##measure(const struct column_input *input)      \
    {                                                                     \
        return (double)graph_measure(input->graph, input->node, measure); \
    }
MEASURES(MEASURE_COLUMN)

#define MEASURED(measure)                                                                               \
    .name = name_##measure, .unit = unit_##measure, .help = help_##measure, .number = number_##measure, \
    .kind = COLUMN_IS_NUMBER, .descending = true
#define TEXT(column)   .name = #column, .unit = "", .text = text_##column, .kind = COLUMN_IS_TEXT
#define NUMBER(column) .name = #column, .unit = "", .number = number_##column, .kind = COLUMN_IS_NUMBER

#define P   COLUMN_BIT(NODE_PROCESS)
#define F   COLUMN_BIT(NODE_FILE)
#define S   COLUMN_BIT(NODE_SOCKET)
#define FS  COLUMN_BIT(NODE_FILESYSTEM)
#define H   COLUMN_BIT(NODE_HOST)
#define ALL COLUMN_ALL_KINDS

/* In the order of the lists; the default lists of the kinds fit COLUMN_LIST_COLUMNS. */
const struct column columns[] = {
    {TEXT(kind), .title = "KIND", .help = "kind of node", .node_kinds = ALL, .width = 10},
    {TEXT(id), .title = "ID", .help = "the same in every graph of a host", .node_kinds = ALL, .width = 20},
    {NUMBER(rank), .title = "#", .help = "rank among the suspects", .node_kinds = ALL, .width = 2, .shown = ALL},
    {NUMBER(score), .title = "SCORE", .help = "how much of the trouble it explains, 0 to 1", .node_kinds = ALL,
     .width = 5, .descending = true},
    {NUMBER(pid), .title = "PID", .help = "process id", .node_kinds = P, .width = 7, .shown = P},
    {TEXT(name), .title = "NAME", .help = "name of the program; of other kinds the path, address or mount point",
     .node_kinds = ALL, .width = 15, .shown = P},
    {TEXT(protocol), .title = "PROT", .help = "protocol", .node_kinds = S, .width = 5, .shown = S},
    {TEXT(user), .title = "USER", .help = "effective user", .node_kinds = P, .width = 8},
    {TEXT(unit), .title = "UNIT", .help = "systemd unit or container", .node_kinds = P, .width = 12, .shown = P},
    {TEXT(state), .title = "S", .help = "state: R runs, S sleeps, D waits for a device, T is stopped, Z is a zombie",
     .node_kinds = P, .width = 1, .shown = P},
    {TEXT(socket_state), .title = "STATE", .help = "state of the connection", .node_kinds = S, .width = 11, .shown = S},
    {TEXT(who), .title = "WHO", .help = "what sentences call it", .node_kinds = ALL, .width = 0, .shown = ALL & ~P},
    {TEXT(local), .title = "LOCAL", .help = "local address", .node_kinds = S, .width = 21},
    {TEXT(remote), .title = "REMOTE", .help = "remote address", .node_kinds = S, .width = 21},
    {TEXT(owner), .title = "OWNER", .help = "a process that has it open", .node_kinds = S, .width = 16, .shown = S},

    {MEASURED(MEASURE_CPU_PCT), .title = "CPU%", .node_kinds = P | H, .width = 5, .shown = P | H},
    {MEASURED(MEASURE_RSS_BYTES), .title = "MEMORY", .node_kinds = P | H, .width = 7, .shown = P},
    {MEASURED(MEASURE_RSS_GROWTH_BPS), .title = "GROWTH", .node_kinds = P, .width = 9},
    {MEASURED(MEASURE_READ_BPS), .title = "READ", .node_kinds = ALL & ~F & ~S, .width = 9},
    {MEASURED(MEASURE_WRITE_BPS), .title = "WRITE", .node_kinds = ALL & ~F & ~S, .width = 9},
    {MEASURED(MEASURE_BLOCKED_S), .title = "BLOCKED", .node_kinds = P, .width = 7, .shown = P},
    {MEASURED(MEASURE_SIZE_BYTES), .title = "SIZE", .node_kinds = F | FS, .width = 7, .shown = F | FS},
    {MEASURED(MEASURE_SIZE_GROWTH_BPS), .title = "GROWTH", .node_kinds = F | FS, .width = 9, .shown = F},
    {MEASURED(MEASURE_OPENERS), .title = "OPEN", .node_kinds = ALL & ~P & ~H, .width = 4, .shown = F},
    {MEASURED(MEASURE_WRITERS), .title = "WRIT", .node_kinds = ALL & ~P & ~H, .width = 4, .shown = F},
    {MEASURED(MEASURE_DELETED), .title = "DEL", .node_kinds = F, .width = 3, .flag = true, .shown = F},
    {MEASURED(MEASURE_LOCK_HELD_S), .title = "HELD", .node_kinds = P | F, .width = 7, .shown = F},
    {MEASURED(MEASURE_LOCK_WAIT_S), .title = "LOCK", .node_kinds = P, .width = 7},
    {MEASURED(MEASURE_WAITERS), .title = "WAIT", .node_kinds = ALL, .width = 4, .shown = ALL & ~S & ~FS & ~H},
    {MEASURED(MEASURE_RECEIVE_QUEUE_BYTES), .title = "RECV-Q", .node_kinds = P | S, .width = 7, .shown = S},
    {MEASURED(MEASURE_SEND_QUEUE_BYTES), .title = "SEND-Q", .node_kinds = P | S, .width = 7, .shown = S},
    {MEASURED(MEASURE_BACKLOG), .title = "BACK", .node_kinds = P | S, .width = 4, .shown = S},
    {MEASURED(MEASURE_BACKLOG_SHARE), .title = "BACK%", .node_kinds = P | S, .width = 5},
    {MEASURED(MEASURE_PIPE_FULL_PCT), .title = "FULL%", .node_kinds = COLUMN_BIT(NODE_PIPE), .width = 5},
    {MEASURED(MEASURE_RTT_MS), .title = "RTT", .node_kinds = P | S, .width = 7},
    {MEASURED(MEASURE_RETRANSMITS_PS), .title = "RETRANS", .node_kinds = P | S, .width = 7},
    {MEASURED(MEASURE_RUN_DELAY), .title = "DELAY", .node_kinds = P, .width = 8},
    {MEASURED(MEASURE_RUN_DELAY_ALL), .title = "DELAYS", .node_kinds = P, .width = 8},
    {MEASURED(MEASURE_MAJOR_FAULTS_PS), .title = "MAJFLT", .node_kinds = P, .width = 8},
    {MEASURED(MEASURE_MINOR_FAULTS_PS), .title = "MINFLT", .node_kinds = P, .width = 8},
    {MEASURED(MEASURE_VOLUNTARY_PS), .title = "VOLSW", .node_kinds = P, .width = 8},
    {MEASURED(MEASURE_INVOLUNTARY_PS), .title = "INVSW", .node_kinds = P, .width = 8},
    {MEASURED(MEASURE_DESCRIPTORS), .title = "FDS", .node_kinds = P, .width = 6},
    {MEASURED(MEASURE_DESCRIPTORS_GROWTH_PS), .title = "FDS/S", .node_kinds = P, .width = 8},
    {MEASURED(MEASURE_THREADS_GROWTH_PS), .title = "THR/S", .node_kinds = P, .width = 8},
    {MEASURED(MEASURE_THREADS), .title = "THR", .node_kinds = P, .width = 5},
    {MEASURED(MEASURE_CHILDREN), .title = "CHILD", .node_kinds = P, .width = 5},
    {MEASURED(MEASURE_CHILDREN_PS), .title = "FORKS", .node_kinds = P, .width = 8},
    {MEASURED(MEASURE_ZOMBIES), .title = "ZOMB", .node_kinds = P, .width = 4},
    {MEASURED(MEASURE_AGE_S), .title = "AGE", .node_kinds = P, .width = 7},
    {MEASURED(MEASURE_SPACE_USED_PCT), .title = "USED%", .node_kinds = F | FS, .width = 5, .shown = FS},
    {MEASURED(MEASURE_MEMORY_USED_PCT), .title = "MEM%", .node_kinds = H, .width = 5, .shown = H},
    {MEASURED(MEASURE_SWAP_USED_PCT), .title = "SWAP%", .node_kinds = H, .width = 5, .shown = H},
    {MEASURED(MEASURE_PSI_CPU), .title = "P-CPU", .node_kinds = H, .width = 5, .shown = H},
    {MEASURED(MEASURE_PSI_MEMORY), .title = "P-MEM", .node_kinds = H, .width = 5, .shown = H},
    {MEASURED(MEASURE_PSI_IO), .title = "P-IO", .node_kinds = H, .width = 5, .shown = H},
    {MEASURED(MEASURE_PSI_MEMORY_FULL), .title = "F-MEM", .node_kinds = H, .width = 5},
    {MEASURED(MEASURE_PSI_IO_FULL), .title = "F-IO", .node_kinds = H, .width = 5},
    {MEASURED(MEASURE_CPU_QUOTA_PCT), .title = "QUOTA%", .node_kinds = P, .width = 6},
    {MEASURED(MEASURE_THROTTLED), .title = "THROT", .node_kinds = P, .width = 8},
    {MEASURED(MEASURE_THROTTLED_OWN), .title = "THR-OWN", .node_kinds = P, .width = 8},
    {MEASURED(MEASURE_OOM_KILLED), .title = "OOM", .node_kinds = P | H, .width = 4},
    {MEASURED(MEASURE_DEGREE), .title = "EDGES", .node_kinds = ALL, .width = 6},

    {NUMBER(exited), .title = "GONE", .help = "exited within the window", .node_kinds = P, .width = 4, .flag = true},
    {TEXT(executable), .title = "EXECUTABLE", .help = "path of the executable", .node_kinds = P, .width = 24},
    {TEXT(command), .title = "COMMAND", .help = "command line", .node_kinds = P, .width = 0, .shown = P},
    {TEXT(why), .title = "WHY", .help = "why it is a suspect", .node_kinds = ALL, .width = 30},
};
const size_t column_count = sizeof columns / sizeof columns[0];

const struct column *column_find(const char *name)
{
    for (size_t i = 0; i < column_count; i++)
        if (strcmp(columns[i].name, name) == 0)
            return &columns[i];
    return NULL;
}

bool column_fits(const struct column *column, enum node_kind kind)
{
    return (column->node_kinds & COLUMN_BIT(kind)) != 0;
}

bool column_shown(const struct column *column, enum node_kind kind)
{
    return (column->shown & COLUMN_BIT(kind)) != 0;
}

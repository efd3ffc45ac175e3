/* Anonymising a sample: which column is replaced by which rule. */
#include "sample/anonymise.h"

#include "sample/pseudonym.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum rule {
    RULE_HASH, /* what no other rule is given for */
    RULE_KEEP,
    RULE_NAME,
    RULE_PATH,
    RULE_COMMAND,
    RULE_CGROUP,
    RULE_UNIT,
    RULE_ADDRESS,
    RULE_RELEASE,
    RULE_COUNT
};

/* String columns; those that are not here are hashed. The ends of a socket go by its protocol. */
static const struct column_rule {
    enum table_kind kind;
    size_t column;
    enum rule rule;
} rules[] = {
    {TABLE_HOST, HOST_KERNEL, RULE_RELEASE},
    {TABLE_PROCESS, PROCESS_NAME, RULE_NAME},
    {TABLE_PROCESS, PROCESS_EXECUTABLE, RULE_PATH},
    {TABLE_PROCESS, PROCESS_COMMAND, RULE_COMMAND},
    {TABLE_PROCESS, PROCESS_CGROUP, RULE_CGROUP},
    {TABLE_PROCESS, PROCESS_UNIT, RULE_UNIT},
    {TABLE_PROCESS, PROCESS_WAIT_CHANNEL, RULE_KEEP},
    {TABLE_DESCRIPTOR, DESCRIPTOR_PATH, RULE_PATH},
    {TABLE_FILE, FILE_PATH, RULE_PATH},
    {TABLE_SOCKET, SOCKET_LOCAL, RULE_ADDRESS},
    {TABLE_SOCKET, SOCKET_REMOTE, RULE_ADDRESS},
    {TABLE_LOCK, LOCK_PATH, RULE_PATH},
    {TABLE_WAIT, WAIT_NAME, RULE_NAME},
    {TABLE_EVENT, EVENT_NAME, RULE_NAME},
    {TABLE_EVENT, EVENT_OTHER_NAME, RULE_NAME},
    {TABLE_EVENT, EVENT_REMOTE, RULE_ADDRESS},
    {TABLE_WAIT, WAIT_REMOTE, RULE_ADDRESS},
    {TABLE_EVENT, EVENT_COMMAND, RULE_COMMAND},
    {TABLE_WAIT, WAIT_HOLDER_NAME, RULE_NAME},
    {TABLE_WAIT, WAIT_PATH, RULE_PATH},
    {TABLE_FILESYSTEM, FILESYSTEM_MOUNT, RULE_PATH},
    {TABLE_FILESYSTEM, FILESYSTEM_TYPE, RULE_KEEP},
    {TABLE_DISK, DISK_NAME, RULE_NAME},
    {TABLE_CGROUP, CGROUP_PATH, RULE_CGROUP},
    {TABLE_UNREAD, UNREAD_KIND, RULE_KEEP},
    {TABLE_UNREAD, UNREAD_REASON, RULE_KEEP},
};

struct work {
    const struct sample *from;
    struct sample *to;
    const struct anonymise_key *key;
    /* done[rule][number of the string in from]: its number in to, plus 1. A name comes in thousands of cells. */
    uint32_t *done[RULE_COUNT];
    struct buffer text;
};

bool anonymise_key_draw(struct anonymise_key *key, struct error *error)
{
    if (getrandom(key->secret, sizeof key->secret, 0) != (ssize_t)sizeof key->secret)
        return error_errno(error, errno, "cannot draw a secret for the anonymised names");
    return true;
}

static void string_replace(struct work *work, enum rule rule, const char *text)
{
    struct buffer *out = &work->text;
    size_t length = strlen(text);
    switch (rule) {
    case RULE_KEEP:
        buffer_append(out, text, length);
        break;
    case RULE_NAME:
        pseudonym_name(out, work->key, text, length);
        break;
    case RULE_PATH:
        pseudonym_path(out, work->key, text);
        break;
    case RULE_COMMAND:
        pseudonym_command(out, work->key, text);
        break;
    case RULE_CGROUP:
        pseudonym_cgroup(out, work->key, text);
        break;
    case RULE_UNIT:
        pseudonym_unit(out, work->key, text, length);
        break;
    case RULE_ADDRESS:
        pseudonym_address(out, work->key, text);
        break;
    case RULE_RELEASE:
        pseudonym_release(out, text);
        break;
    default:
        pseudonym_hash(out, work->key, text, length);
    }
}

/* The number in `to` of what replaces a string of `from`; UINT32_MAX: out of memory. */
static uint32_t string_number(struct work *work, enum rule rule, uint64_t number)
{
    uint32_t *done = &work->done[rule][number];
    if (*done != 0)
        return *done - 1;
    const char *text = work->from->string_bytes.data + work->from->string_offsets[number];
    buffer_clear(&work->text);
    if (text[0] != '\0')
        string_replace(work, rule, text);
    uint32_t replaced =
        work->text.failed ? UINT32_MAX : sample_intern(work->to, buffer_text(&work->text), work->text.length);
    if (replaced != UINT32_MAX)
        *done = replaced + 1;
    return replaced;
}

static enum rule rule_of(enum table_kind kind, size_t column)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].kind == kind && rules[i].column == column)
            return rules[i].rule;
    return RULE_HASH;
}

static enum rule rule_of_cell(const struct table *table, size_t row, enum rule rule)
{
    bool socket = table->schema == &sample_schema[TABLE_SOCKET];
    if (socket && rule == RULE_ADDRESS && table_u64(table, row, SOCKET_PROTOCOL, SOCKET_OTHER) == SOCKET_UNIX)
        return RULE_PATH;
    return rule;
}

static bool is_user_id(enum table_kind kind, size_t column)
{
    return (kind == TABLE_PROCESS && column == PROCESS_UID) || (kind == TABLE_SOCKET && column == SOCKET_UID);
}

static bool column_replace(struct work *work, enum table_kind kind, size_t column)
{
    const struct table *from = &work->from->tables[kind];
    struct table *to = &work->to->tables[kind];
    bool string = from->schema->columns[column].type == COLUMN_STRING;
    bool user = is_user_id(kind, column);
    enum rule rule = rule_of(kind, column);
    for (size_t row = 0; row < from->rows; row++) {
        if (!from->known[column][row])
            continue;
        uint64_t cell = from->cells[column][row];
        if (string) {
            cell = string_number(work, rule_of_cell(from, row, rule), cell);
            if (cell == UINT32_MAX)
                return false;
        }
        to->cells[column][row] = user ? pseudonym_uid(work->key, cell) : cell;
        to->known[column][row] = 1;
    }
    return true;
}

/* The kernel's own threads keep their names: kworker/0:1 is nobody's secret, and the judge knows them by it. */
static bool kernel_threads_keep(struct work *work)
{
    const struct table *table = &work->from->tables[TABLE_PROCESS];
    for (size_t row = 0; row < table->rows; row++) {
        if (table_u64(table, row, PROCESS_KERNEL_THREAD, 0) != 1 || !table_known(table, row, PROCESS_NAME))
            continue;
        uint64_t number = table->cells[PROCESS_NAME][row];
        uint32_t kept = string_number(work, RULE_KEEP, number);
        if (kept == UINT32_MAX)
            return false;
        work->done[RULE_NAME][number] = kept + 1;
    }
    return true;
}

static bool work_do(struct work *work)
{
    for (size_t rule = 0; rule < RULE_COUNT; rule++) {
        work->done[rule] = calloc(work->from->string_count, sizeof *work->done[rule]);
        if (work->done[rule] == NULL)
            return false;
    }
    if (!kernel_threads_keep(work))
        return false;
    for (size_t kind = 0; kind < TABLE_COUNT; kind++) {
        const struct table *from = &work->from->tables[kind];
        if (!table_extend(&work->to->tables[kind], from->rows))
            return false;
        for (size_t column = 0; column < from->schema->column_count; column++)
            if (!column_replace(work, (enum table_kind)kind, column))
                return false;
    }
    return true;
}

struct sample *sample_anonymise(const struct sample *sample, const struct anonymise_key *key, struct error *error)
{
    struct work work = {.from = sample, .to = sample_new(), .key = key};
    bool good = work.to != NULL && work_do(&work);
    for (size_t rule = 0; rule < RULE_COUNT; rule++)
        free(work.done[rule]);
    buffer_done(&work.text);
    if (!good) {
        sample_release(work.to);
        error_memory(error);
        return NULL;
    }
    work.to->time_ns = sample->time_ns;
    work.to->boottime_ns = sample->boottime_ns;
    work.to->taken_ns = sample->taken_ns;
    work.to->cpu_ns = sample->cpu_ns;
    work.to->sources = sample->sources;
    work.to->complete = sample->complete;
    return work.to;
}

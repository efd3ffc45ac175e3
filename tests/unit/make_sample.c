/* Samples for tests. */
#include "make_sample.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { DESCRIPTORS_EACH = 11, SOCKETS_EACH = 3 };

static void string_set(struct sample *sample, enum table_kind kind, size_t row, size_t column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static void string_set(struct sample *sample, enum table_kind kind, size_t row, size_t column, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    sample_set_string(sample, kind, row, column, text, (size_t)length);
}

static void host_make(struct sample *sample, unsigned moment)
{
    struct table *table = &sample->tables[TABLE_HOST];
    size_t row = table_append(table);
    string_set(sample, TABLE_HOST, row, HOST_NAME, "web3");
    string_set(sample, TABLE_HOST, row, HOST_KERNEL, "6.1.0-28-amd64");
    string_set(sample, TABLE_HOST, row, HOST_BOOT_ID, "7d5f0d1c-3f6e-4a53-9d0a-0b1c2d3e4f50");
    table_set_u64(table, row, HOST_CPUS, 8);
    table_set_u64(table, row, HOST_CPU_BUSY_NS, 1000000007ull * moment);
    table_set_f64(table, row, HOST_LOAD_1, 0.25 * moment);
}

static void process_make(struct sample *sample, size_t number, unsigned moment)
{
    static const char *const names[] = {"nginx", "postgres", "redis-server", "bash", "payment", "kworker/0:1"};
    struct table *table = &sample->tables[TABLE_PROCESS];
    size_t row = table_append(table);
    const char *name = names[number % 6];
    uint64_t busy = number % 10 == 0 ? moment : 0;
    table_set_u64(table, row, PROCESS_PID, 100 + number);
    table_set_u64(table, row, PROCESS_START_TICKS, 5000 + number * 37);
    table_set_u64(table, row, PROCESS_PARENT_PID, number / 8);
    string_set(sample, TABLE_PROCESS, row, PROCESS_NAME, "%s", name);
    string_set(sample, TABLE_PROCESS, row, PROCESS_EXECUTABLE, "/usr/sbin/%s", name);
    string_set(sample, TABLE_PROCESS, row, PROCESS_COMMAND, "/usr/sbin/%s --worker %zu", name, number);
    string_set(sample, TABLE_PROCESS, row, PROCESS_UNIT, "%s.service", name);
    table_set_u64(table, row, PROCESS_STATE, busy ? 'R' : 'S');
    table_set_u64(table, row, PROCESS_CPU_NS, number * 7919123ull + busy * 30000001);
    table_set_u64(table, row, PROCESS_RSS_BYTES, 4096 * (1000 + number % 777 + busy));
    table_set_u64(table, row, PROCESS_VOLUNTARY_SWITCHES, number * 31 + busy * 11);
    if (number % 3 != 0)
        table_set_u64(table, row, PROCESS_READ_BYTES, number * 512 + busy * 4096);
    table_set_u64(table, row, PROCESS_MOUNT_NAMESPACE, 4026531840u);
}

static void descriptor_make(struct sample *sample, size_t process, size_t number)
{
    struct table *table = &sample->tables[TABLE_DESCRIPTOR];
    size_t row = table_append(table);
    bool socket = number >= DESCRIPTORS_EACH - SOCKETS_EACH;
    table_set_u64(table, row, DESCRIPTOR_PID, 100 + process);
    table_set_u64(table, row, DESCRIPTOR_START_TICKS, 5000 + process * 37);
    table_set_u64(table, row, DESCRIPTOR_NUMBER, number);
    table_set_u64(table, row, DESCRIPTOR_TYPE, socket ? DESCRIPTOR_SOCKET : DESCRIPTOR_FILE);
    if (socket)
        table_set_u64(table, row, DESCRIPTOR_INODE, 90000 + process * SOCKETS_EACH + number);
    else
        string_set(sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH, "/var/lib/data/%zu/segment-%zu.log", process % 300,
                   number);
}

static void socket_make(struct sample *sample, size_t process, size_t number, unsigned moment)
{
    struct table *table = &sample->tables[TABLE_SOCKET];
    size_t row = table_append(table);
    table_set_u64(table, row, SOCKET_INODE, 90000 + process * SOCKETS_EACH + number + DESCRIPTORS_EACH - SOCKETS_EACH);
    table_set_u64(table, row, SOCKET_PROTOCOL, SOCKET_TCP);
    table_set_u64(table, row, SOCKET_STATE, 1);
    string_set(sample, TABLE_SOCKET, row, SOCKET_LOCAL, "10.0.0.5:443");
    string_set(sample, TABLE_SOCKET, row, SOCKET_REMOTE, "10.0.%zu.%zu:%zu", process % 200, process % 250,
               32768 + number);
    table_set_u64(table, row, SOCKET_RTT_US, process % 10 == 0 ? 200 + moment : 200);
}

struct sample *sample_make(size_t processes, unsigned moment)
{
    struct sample *sample = sample_new();
    if (sample == NULL)
        return NULL;
    sample->time_ns = INT64_C(1763676151000000000) + moment * INT64_C(1000000000);
    sample->boottime_ns = INT64_C(86400000000000) + moment * INT64_C(1000000000);
    sample->taken_ns = 41000000;
    sample->cpu_ns = 39000000;
    sample->sources = SAMPLE_SOURCE_PROC;
    host_make(sample, moment);
    for (size_t process = 0; process < processes; process++) {
        process_make(sample, process, moment);
        for (size_t number = 0; number < DESCRIPTORS_EACH; number++)
            descriptor_make(sample, process, number);
        for (size_t number = 0; number < SOCKETS_EACH; number++)
            socket_make(sample, process, number, moment);
    }
    sample_unread_add(sample, "processes", "not permitted", moment);
    return sample;
}

static bool table_equal(const struct sample *left, const struct sample *right, enum table_kind kind)
{
    const struct table *a = &left->tables[kind], *b = &right->tables[kind];
    if (a->rows != b->rows)
        return false;
    for (size_t column = 0; column < a->schema->column_count; column++)
        for (size_t row = 0; row < a->rows; row++) {
            if (table_known(a, row, column) != table_known(b, row, column))
                return false;
            if (!table_known(a, row, column))
                continue;
            bool same =
                a->schema->columns[column].type == COLUMN_STRING
                    ? strcmp(sample_string(left, kind, row, column), sample_string(right, kind, row, column)) == 0
                    : a->cells[column][row] == b->cells[column][row];
            if (!same)
                return false;
        }
    return true;
}

bool sample_equal(const struct sample *left, const struct sample *right)
{
    bool equal = left->time_ns == right->time_ns && left->boottime_ns == right->boottime_ns &&
                 left->taken_ns == right->taken_ns && left->cpu_ns == right->cpu_ns &&
                 left->sources == right->sources && left->complete == right->complete;
    for (size_t kind = 0; equal && kind < TABLE_COUNT; kind++)
        equal = table_equal(left, right, kind);
    return equal;
}

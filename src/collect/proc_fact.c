/* What is read of a process besides its counters: facts, and what is dear. */
#include "collect/proc_look.h"

#include "collect/proc_read.h"
#include "collect/proc_unit.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const int fact_columns[] = {PROCESS_EXECUTABLE, PROCESS_COMMAND,         PROCESS_CGROUP,
                                   PROCESS_UNIT,       PROCESS_MOUNT_NAMESPACE, PROCESS_NET_NAMESPACE};
static const int dear_columns[] = {PROCESS_READ_BYTES,           PROCESS_WRITE_BYTES,  PROCESS_VOLUNTARY_SWITCHES,
                                   PROCESS_INVOLUNTARY_SWITCHES, PROCESS_WAIT_CHANNEL, PROCESS_SYSTEM_CALL};

static void columns_carry(struct look *look, const int *columns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        source_carry_cell(look->source, TABLE_PROCESS, look->row, look->earlier->row, (size_t)columns[i]);
}

static void parts_carry(struct look *look, enum process_part first, enum process_part last)
{
    for (int part = (int)first; part <= (int)last; part++)
        look->memory->unread[part] = look->earlier->unread[part];
}

void look_string(struct look *look, size_t column, const char *text, size_t length)
{
    sample_set_string(look->source->sample, TABLE_PROCESS, look->row, column, text, length);
}

void look_number(struct look *look, size_t column, uint64_t value)
{
    table_set_u64(look->table, look->row, column, value);
}

void look_unread(struct look *look, enum process_part part, int result)
{
    if (!proc_is_gone(result))
        look->memory->unread[part] = (int16_t)(result < 0 ? result : -EIO);
}

bool look_is_late(const struct look *look)
{
    const struct source *source = look->source;
    return source->previous == NULL ||
           look->stat.start_ticks * source->ns_per_tick < (uint64_t)source->previous->boottime_ns;
}

bool look_in_turn(const struct look *look, unsigned every)
{
    return (look->source->number + look->memory->pid) % every == 0;
}

static int look_read(struct look *look, const char *name, char *text, size_t size)
{
    int directory = look_directory(look);
    return directory < 0 ? directory : proc_read(directory, name, text, size);
}

static int look_read_link(struct look *look, const char *name, char *target, size_t size)
{
    int directory = look_directory(look);
    return directory < 0 ? directory : proc_read_link(directory, name, target, size);
}

static void executable_read(struct look *look)
{
    char target[PATH_MAX];
    int length = look_read_link(look, "exe", target, sizeof target);
    if (length < 0) {
        look_unread(look, PART_EXECUTABLE, length);
        return;
    }
    struct proc_link link;
    proc_link_parse(target, (size_t)length, &link);
    if (link.path != NULL)
        look_string(look, PROCESS_EXECUTABLE, link.path, link.path_length);
}

static void cgroup_read(struct look *look)
{
    char text[PROC_SMALL_BYTES];
    char unit[256];
    const char *path;
    size_t length;
    int result = look_read(look, "cgroup", text, sizeof text);
    if (result < 0) {
        look_unread(look, PART_CGROUP, result);
        return;
    }
    if (!proc_cgroup_path(text, &path, &length))
        return;
    look_string(look, PROCESS_CGROUP, path, length);
    size_t unit_length = proc_unit_name(path, length, unit, sizeof unit);
    if (unit_length > 0)
        look_string(look, PROCESS_UNIT, unit, unit_length);
}

static void namespace_read(struct look *look, const char *name, size_t column)
{
    char target[64];
    uint64_t inode;
    int result = look_read_link(look, name, target, sizeof target);
    if (result < 0)
        look_unread(look, PART_NAMESPACE, result);
    else if (proc_namespace_parse(target, &inode))
        look_number(look, column, inode);
}

/* An exec changes its name or where its memory lies. */
static bool is_same_program(const struct look *look)
{
    const struct process_memory *earlier = look->earlier;
    if (earlier == NULL || earlier->image != look->stat.image)
        return false;
    const char *name = sample_string(look->source->previous, TABLE_PROCESS, earlier->row, PROCESS_NAME);
    return name != NULL && strlen(name) == look->stat.name_length &&
           memcmp(name, look->stat.name, look->stat.name_length) == 0;
}

/* What has not run has not changed its title, and the kernel tells when others move it. */
static unsigned facts_every(const struct look *look)
{
    const struct process_memory *memory = look->memory, *earlier = look->earlier;
    if (look->kernel == NULL || earlier->place == 0)
        return FACTS_EVERY_SAMPLES;
    if (earlier->place != memory->place)
        return 1;
    return memory->unchanged ? TOLD_EVERY_SAMPLES : FACTS_EVERY_SAMPLES;
}

void look_facts(struct look *look)
{
    bool same = is_same_program(look);
    if (same) {
        columns_carry(look, fact_columns, COUNT_OF(fact_columns));
        parts_carry(look, PART_EXECUTABLE, PART_NAMESPACE);
        look->memory->command_due = look->earlier->command_due;
    }
    if (same && !look_in_turn(look, facts_every(look)))
        return;
    for (int part = PART_EXECUTABLE; part <= PART_NAMESPACE; part++)
        look->memory->unread[part] = 0;
    cgroup_read(look);
    if (look->stat.flags & PROC_FLAG_KERNEL_THREAD)
        return;
    look->memory->command_due = look->stat.state != 'Z';
    executable_read(look);
    namespace_read(look, "ns/mnt", PROCESS_MOUNT_NAMESPACE);
    namespace_read(look, "ns/net", PROCESS_NET_NAMESPACE);
}

static void switches_read(struct look *look)
{
    char text[PROC_SMALL_BYTES];
    uint64_t number;
    int result = look_read(look, "status", text, sizeof text);
    if (result < 0) {
        look_unread(look, PART_STATUS, result);
        return;
    }
    if (proc_field(text, "voluntary_ctxt_switches:", &number))
        look_number(look, PROCESS_VOLUNTARY_SWITCHES, number);
    if (proc_field(text, "nonvoluntary_ctxt_switches:", &number))
        look_number(look, PROCESS_INVOLUNTARY_SWITCHES, number);
}

static void io_read(struct look *look)
{
    char text[PROC_SMALL_BYTES];
    uint64_t number;
    int result = look_read(look, "io", text, sizeof text);
    if (result < 0) {
        look_unread(look, PART_IO, result);
        return;
    }
    if (proc_field(text, "read_bytes:", &number))
        look_number(look, PROCESS_READ_BYTES, number);
    if (proc_field(text, "write_bytes:", &number))
        look_number(look, PROCESS_WRITE_BYTES, number);
}

static void wait_channel_read(struct look *look)
{
    char text[128];
    int length = look_read(look, "wchan", text, sizeof text);
    if (length < 0)
        look_unread(look, PART_WAIT_CHANNEL, length);
    else if (length > 0 && strcmp(text, "0") != 0)
        look_string(look, PROCESS_WAIT_CHANNEL, text, (size_t)length);
}

static void system_call_read(struct look *look)
{
    char text[256];
    int result = look_read(look, "syscall", text, sizeof text);
    if (result < 0)
        look_unread(look, PART_SYSTEM_CALL, result);
    else if (proc_system_call_parse(text, &look->memory->sleep.call) && look->memory->sleep.call.number >= 0)
        look_number(look, PROCESS_SYSTEM_CALL, (uint64_t)look->memory->sleep.call.number);
}

void look_dear(struct look *look)
{
    struct process_memory *memory = look->memory;
    unsigned every = look->kernel != NULL ? TOLD_EVERY_SAMPLES : UNCHANGED_EVERY_SAMPLES;
    if (memory->unchanged && look->earlier->dear && !look_in_turn(look, every)) {
        columns_carry(look, dear_columns, COUNT_OF(dear_columns));
        parts_carry(look, PART_STATUS, PART_SYSTEM_CALL);
        memory->sleep.call = look->earlier->sleep.call;
        memory->dear = true;
        return;
    }
    memory->dear = look->source->complete;
    if (!memory->dear)
        return;
    if (look->kernel == NULL)
        io_read(look);
    if (look->stat.flags & PROC_FLAG_KERNEL_THREAD)
        return;
    if (look->kernel == NULL)
        switches_read(look);
    wait_channel_read(look);
    system_call_read(look);
}

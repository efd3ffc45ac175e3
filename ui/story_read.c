/* The time line from samples: rows of the wait and event tables, and who came and went between two samples. */
#include "ui/story.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LABEL_BYTES = 300, TICKS_PER_S_DEFAULT = 100 };

/* Boot time as wall clock, as this sample tells both. */
static int64_t wall_ns(const struct sample *sample, uint64_t boot_ns)
{
    int64_t back_ns = sample->boottime_ns - (int64_t)boot_ns;
    return back_ns > 0 ? sample->time_ns - back_ns : sample->time_ns;
}

static int64_t start_ns(const struct sample *sample, uint64_t start_ticks)
{
    const struct table *host = &sample->tables[TABLE_HOST];
    uint64_t per_s = host->rows > 0 ? table_u64(host, 0, HOST_TICKS_PER_S, 0) : 0;
    if (per_s == 0 || per_s > (uint64_t)NS_PER_S)
        per_s = TICKS_PER_S_DEFAULT;
    return (int64_t)((double)start_ticks / (double)per_s * (double)NS_PER_S);
}

static const char *process_name(const struct sample *sample, uint64_t pid, uint64_t start_ticks)
{
    size_t row = pid == 0 ? SIZE_MAX : sample_process_row(sample, pid, start_ticks);
    return row == SIZE_MAX ? NULL : sample_string(sample, TABLE_PROCESS, row, PROCESS_NAME);
}

static struct story_party party_of(const struct sample *sample, const struct sample *before, enum table_kind kind,
                                   size_t row, const size_t identity[3])
{
    const struct table *table = &sample->tables[kind];
    struct story_party party = {.pid = table_u64(table, row, identity[0], 0),
                                .start_ticks = table_u64(table, row, identity[1], 0),
                                .name = sample_string(sample, kind, row, identity[2])};
    if (party.name == NULL)
        party.name = process_name(sample, party.pid, party.start_ticks);
    if (party.name == NULL && before != NULL)
        party.name = process_name(before, party.pid, party.start_ticks);
    return party;
}

/* ---- waits ---- */

/* A socket's addresses, by its inode. */
static const char *socket_label(const struct sample *sample, uint64_t inode, char *label)
{
    const struct table *table = &sample->tables[TABLE_SOCKET];
    for (size_t row = 0; row < table->rows; row++) {
        if (table_u64(table, row, SOCKET_INODE, 0) != inode)
            continue;
        const char *local = sample_string(sample, TABLE_SOCKET, row, SOCKET_LOCAL);
        const char *remote = sample_string(sample, TABLE_SOCKET, row, SOCKET_REMOTE);
        bool both = local != NULL && remote != NULL && remote[0] != '\0';
        snprintf(label, LABEL_BYTES, "%.140s%s%.140s", local == NULL ? "" : local, both ? " <- " : "",
                 both ? remote : "");
        return label[0] == '\0' ? NULL : label;
    }
    return NULL;
}

/* Waiting for a child or for somebody who connects is what shells and servers do. */
static bool wait_is_by_design(uint64_t kind)
{
    return kind == WAIT_CHILD || kind == WAIT_ACCEPT;
}

/* We ask our own probes, and wait for each other: that is no story of the host's. */
static bool process_is_ours(const struct sample *sample, uint64_t pid, uint64_t start_ticks)
{
    size_t row = sample_process_row(sample, pid, start_ticks);
    return row != SIZE_MAX && table_u64(&sample->tables[TABLE_PROCESS], row, PROCESS_SELF, 0) == 1;
}

static void wait_read(struct story *story, const struct sample *sample, uint64_t serial, size_t row)
{
    static const size_t who[] = {WAIT_PID, WAIT_START_TICKS, WAIT_NAME};
    static const size_t holder[] = {WAIT_HOLDER_PID, WAIT_HOLDER_START_TICKS, WAIT_HOLDER_NAME};
    const struct table *table = &sample->tables[TABLE_WAIT];
    uint64_t kind = table_u64(table, row, WAIT_KIND, WAIT_KIND_COUNT), inode = table_u64(table, row, WAIT_INODE, 0);
    if (kind >= WAIT_KIND_COUNT || wait_is_by_design(kind) || !table_known(table, row, WAIT_SINCE_NS))
        return;
    char label[LABEL_BYTES];
    uint64_t now_ns = (uint64_t)sample->boottime_ns, since_ns = table_u64(table, row, WAIT_SINCE_NS, 0);
    uint64_t until_ns = table_u64(table, row, WAIT_UNTIL_NS, now_ns);
    struct story_event event = {.kind = STORY_WAIT,
                                .who = party_of(sample, story->before, TABLE_WAIT, row, who),
                                .other = party_of(sample, story->before, TABLE_WAIT, row, holder),
                                .on = sample_string(sample, TABLE_WAIT, row, WAIT_PATH),
                                .time_ns = wall_ns(sample, since_ns),
                                .until_ns = wall_ns(sample, until_ns),
                                .serial = serial,
                                .wait = (enum wait_kind)kind,
                                .since_ns = (int64_t)since_ns,
                                .count = table_u64(table, row, WAIT_COUNT, 1),
                                .ongoing = table_u64(table, row, WAIT_ONGOING, 0) == 1,
                                .at_least = table_u64(table, row, WAIT_AT_LEAST, 0) == 1,
                                .inferred = table_u64(table, row, WAIT_INFERRED, 0) == 1};
    if (event.on == NULL)
        event.on = sample_string(sample, TABLE_WAIT, row, WAIT_REMOTE);
    event.total_ns = table_u64(table, row, WAIT_TOTAL_NS, (uint64_t)(event.until_ns - event.time_ns));
    if (event.on == NULL && inode != 0 && event.total_ns >= STORY_WAIT_LEAST_NS && kind != WAIT_PIPE_READ &&
        kind != WAIT_PIPE_WRITE)
        event.on = socket_label(sample, inode, label);
    if (event.who.pid != 0 && !process_is_ours(sample, event.who.pid, event.who.start_ticks))
        story_add_wait(story, &event, inode);
}

/* ---- what the kernel told ---- */

static void event_read(struct story *story, const struct sample *sample, uint64_t serial, size_t row)
{
    static const size_t who[] = {EVENT_PID, EVENT_START_TICKS, EVENT_NAME};
    static const size_t other[] = {EVENT_OTHER_PID, EVENT_OTHER_START_TICKS, EVENT_OTHER_NAME};
    static const enum story_kind kinds[EVENT_KIND_COUNT] = {[EVENT_EXIT] = STORY_EXIT,
                                                            [EVENT_SIGNAL] = STORY_SIGNAL,
                                                            [EVENT_OOM] = STORY_KILL,
                                                            [EVENT_CONNECT_FAILED] = STORY_CONNECT,
                                                            [EVENT_RESENT] = STORY_RESENT};
    const struct table *table = &sample->tables[TABLE_EVENT];
    uint64_t kind = table_u64(table, row, EVENT_KIND, EVENT_KIND_COUNT);
    if (kind >= EVENT_KIND_COUNT)
        return;
    uint64_t boot_ns = table_u64(table, row, EVENT_TIME_NS, (uint64_t)sample->boottime_ns);
    struct story_event event = {.kind = kinds[kind],
                                .who = party_of(sample, story->before, TABLE_EVENT, row, who),
                                .other = party_of(sample, story->before, TABLE_EVENT, row, other),
                                .on = sample_string(sample, TABLE_EVENT, row, EVENT_COMMAND),
                                .time_ns = wall_ns(sample, boot_ns),
                                .serial = serial,
                                .count = table_u64(table, row, EVENT_COUNT, 1),
                                .lived_s = NAN,
                                .signal = (unsigned)table_u64(table, row, EVENT_SIGNAL_NUMBER, 0),
                                .error = (unsigned)table_u64(table, row, EVENT_ERROR, 0)};
    event.until_ns = event.time_ns;
    if (event.kind == STORY_RESENT)
        event.time_ns = wall_ns(sample, table_u64(table, row, EVENT_SINCE_NS, boot_ns));
    if (event.kind == STORY_CONNECT || event.kind == STORY_RESENT)
        event.on = sample_string(sample, TABLE_EVENT, row, EVENT_REMOTE);
    int64_t born_ns = start_ns(sample, event.who.start_ticks);
    if (event.who.start_ticks != 0 && born_ns <= (int64_t)boot_ns)
        event.lived_s = (double)((int64_t)boot_ns - born_ns) / NS_PER_S;
    if (event.who.pid != 0 && event.kind == STORY_EXIT)
        story_add_exit(story, &event);
    else if (event.kind == STORY_RESENT)
        story_add_resent(story, &event);
    else if (event.who.pid != 0)
        story_add(story, &event);
}

/* ---- who came and went ---- */

static bool process_is_told(const struct sample *sample, size_t row)
{
    const struct table *table = &sample->tables[TABLE_PROCESS];
    return table_u64(table, row, PROCESS_KERNEL_THREAD, 0) == 0 && table_u64(table, row, PROCESS_SELF, 0) == 0;
}

static struct story_event process_event(const struct sample *sample, size_t row, enum story_kind kind)
{
    const struct table *table = &sample->tables[TABLE_PROCESS];
    struct story_event event = {.kind = kind, .count = 1, .lived_s = NAN};
    event.who =
        (struct story_party){table_u64(table, row, PROCESS_PID, 0), table_u64(table, row, PROCESS_START_TICKS, 0),
                             sample_string(sample, TABLE_PROCESS, row, PROCESS_NAME)};
    event.other.pid = table_u64(table, row, PROCESS_PARENT_PID, 0);
    event.other.name = process_name(sample, event.other.pid, 0);
    event.on = sample_string(sample, TABLE_PROCESS, row, PROCESS_COMMAND);
    return event;
}

static bool exit_is_known(const struct sample *sample, uint64_t pid, uint64_t start_ticks)
{
    const struct table *table = &sample->tables[TABLE_EVENT];
    for (size_t row = 0; row < table->rows; row++)
        if (table_u64(table, row, EVENT_KIND, EVENT_KIND_COUNT) == EVENT_EXIT &&
            table_u64(table, row, EVENT_PID, 0) == pid && table_u64(table, row, EVENT_START_TICKS, 0) == start_ticks)
            return true;
    return false;
}

/* It came between the two samples; a start before the first of them was merely not seen there. */
static void arrivals_read(struct story *story, const struct sample *sample, uint64_t serial)
{
    const struct table *table = &sample->tables[TABLE_PROCESS];
    for (size_t row = 0; row < table->rows; row++) {
        uint64_t ticks = table_u64(table, row, PROCESS_START_TICKS, 0);
        int64_t born_ns = start_ns(sample, ticks);
        if (born_ns <= story->before->boottime_ns || !process_is_told(sample, row) ||
            sample_process_row(story->before, table_u64(table, row, PROCESS_PID, 0), ticks) != SIZE_MAX)
            continue;
        struct story_event event = process_event(sample, row, STORY_START);
        event.time_ns = event.until_ns = wall_ns(sample, (uint64_t)born_ns);
        event.serial = serial;
        story_add_start(story, &event);
    }
}

static void departures_read(struct story *story, const struct sample *sample, uint64_t serial)
{
    const struct sample *before = story->before;
    const struct table *table = &before->tables[TABLE_PROCESS];
    for (size_t row = 0; row < table->rows; row++) {
        uint64_t pid = table_u64(table, row, PROCESS_PID, 0), ticks = table_u64(table, row, PROCESS_START_TICKS, 0);
        if (!process_is_told(before, row) || sample_process_row(sample, pid, ticks) != SIZE_MAX ||
            exit_is_known(sample, pid, ticks))
            continue;
        struct story_event event = process_event(before, row, STORY_EXIT);
        event.time_ns = event.until_ns = sample->time_ns;
        event.serial = serial;
        event.lived_s = fmax(0, (double)(sample->boottime_ns - start_ns(before, ticks)) / NS_PER_S);
        story_add_exit(story, &event);
    }
}

static bool boot_is_same(const struct sample *before, const struct sample *after)
{
    const char *one = before->tables[TABLE_HOST].rows == 0 ? NULL : sample_string(before, TABLE_HOST, 0, HOST_BOOT_ID);
    const char *other = after->tables[TABLE_HOST].rows == 0 ? NULL : sample_string(after, TABLE_HOST, 0, HOST_BOOT_ID);
    return before->boottime_ns <= after->boottime_ns && (one == NULL || other == NULL || strcmp(one, other) == 0);
}

/* Samples come in an even step; where some are missing, what happened meanwhile is not known. */
static void gap_read(struct story *story, const struct sample *sample, uint64_t serial)
{
    const struct sample *before = story->before;
    int64_t step_ns = sample->boottime_ns - before->boottime_ns, usual_ns = story->step_ns;
    story->step_ns = step_ns;
    if (usual_ns == 0 || step_ns < 2 * NS_PER_S || step_ns < usual_ns / 4 * 9)
        return;
    struct story_event event = {.kind = STORY_GAP,
                                .who.name = "culprit",
                                .time_ns = before->time_ns,
                                .until_ns = sample->time_ns,
                                .serial = serial,
                                .count = 1,
                                .lived_s = NAN};
    story_add(story, &event);
}

void story_read(struct story *story, struct sample *sample, uint64_t serial)
{
    if (story->last == 0)
        story->first = serial;
    story->last = serial;
    if (sample == NULL)
        return;
    if (story->before != NULL && !boot_is_same(story->before, sample)) {
        sample_release(story->before);
        story->before = NULL;
    }
    if (story->before != NULL) {
        gap_read(story, sample, serial);
        arrivals_read(story, sample, serial);
        departures_read(story, sample, serial);
    }
    for (size_t row = 0; row < sample->tables[TABLE_WAIT].rows; row++)
        wait_read(story, sample, serial, row);
    for (size_t row = 0; row < sample->tables[TABLE_EVENT].rows; row++)
        event_read(story, sample, serial, row);
    sample_release(story->before);
    story->before = sample_reference(sample);
}

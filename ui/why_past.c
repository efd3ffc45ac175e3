/* The drill-down's events and open descriptors. */
#include "ui/why.h"

#include "base/units.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_SHOWN = 30, DESCRIPTORS_SHOWN = 500 };

/* ---- events ---- */

static bool party_is(const struct story_party *party, const struct node *node)
{
    return node->kind == NODE_PROCESS && party->pid == node->pid &&
           (party->start_ticks == node->start_ticks || party->start_ticks == 0);
}

static bool event_concerns(const struct story_event *event, const struct node *node)
{
    if (node->kind == NODE_PROCESS)
        return party_is(&event->who, node) || party_is(&event->other, node);
    return event->kind == STORY_WAIT && event->on != NULL &&
           (strcmp(event->on, node->name) == 0 || strcmp(event->on, node->label) == 0);
}

static int event_compare(const void *left, const void *right)
{
    const struct story_event *a = *(const struct story_event *const *)left;
    const struct story_event *b = *(const struct story_event *const *)right;
    if (a->time_ns != b->time_ns)
        return a->time_ns > b->time_ns ? -1 : 1;
    return a->number > b->number ? -1 : 1;
}

/* "starts", "waits 25 s", then who unless it is the node itself. */
static const char *event_text(struct why *why, const struct story_event *event, const struct node *node, int64_t now_ns)
{
    struct buffer text = {0};
    char took[32];
    if (!party_is(&event->who, node)) {
        story_party_append(&text, &event->who);
        buffer_string(&text, " ");
    }
    buffer_string(&text, story_kinds[event->kind]);
    if (event->kind == STORY_WAIT)
        buffer_printf(&text, " %s", duration_format(took, sizeof took, story_seconds(event, now_ns)));
    buffer_string(&text, " ");
    story_detail_append(&text, event, now_ns);
    char *kept = arena_copy(&why->arena, buffer_text(&text), text.length);
    buffer_done(&text);
    return kept;
}

bool why_events(struct why *why, const struct graph *graph)
{
    const struct story *story = why->story;
    const struct node *node = &graph->nodes[why->node];
    if (story == NULL || story->count == 0)
        return true;
    const struct story_event **found = calloc(story->count, sizeof *found);
    size_t count = 0;
    bool done = found != NULL;
    for (size_t i = 0; done && i < story->count; i++)
        if (story_begun(&story->events[i], graph->time_ns) && story_tells(&story->events[i]) &&
            event_concerns(&story->events[i], node))
            found[count++] = &story->events[i];
    if (count > 1)
        qsort(found, count, sizeof *found, event_compare);
    done = done && (count == 0 || why_add(why, WHY_HEADING, "Events") != NULL);
    for (size_t i = 0; done && i < count && i < EVENTS_SHOWN; i++) {
        char clock[32];
        struct why_line *line = why_add(why, WHY_EVENT, NULL);
        done = line != NULL;
        if (!done)
            break;
        line->label =
            arena_printf(&why->arena, "%s", clock_format(clock, sizeof clock, found[i]->time_ns, why->utc_offset_s));
        line->text = event_text(why, found[i], node, graph->time_ns);
        done = line->label != NULL && line->text != NULL;
    }
    if (done && count > EVENTS_SHOWN)
        done = why_add(why, WHY_NOTE,
                       arena_printf(&why->arena, "and %zu older ones (the view of events has them)",
                                    count - EVENTS_SHOWN)) != NULL;
    free(found);
    return done;
}

/* ---- open descriptors ---- */

/* What it is, and the node that it is in the graph. */
static const char *descriptor_what(struct why *why, const struct graph *graph, size_t row, uint32_t *target)
{
    const struct table *table = &graph->sample->tables[TABLE_DESCRIPTOR];
    uint64_t type = table_u64(table, row, DESCRIPTOR_TYPE, DESCRIPTOR_OTHER);
    uint64_t inode = table_u64(table, row, DESCRIPTOR_INODE, 0);
    const char *path = sample_string(graph->sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH);
    bool socket = type == DESCRIPTOR_SOCKET, pipe = type == DESCRIPTOR_PIPE;
    const char *id;
    if (socket || pipe)
        id = arena_printf(&why->arena, "%s:%" PRIu64, socket ? "socket" : "pipe", inode);
    else
        id = arena_printf(&why->arena, "%s:%s", type == DESCRIPTOR_DEVICE_FILE ? "device" : "file",
                          path == NULL ? "" : path);
    *target = id == NULL ? NODE_NONE : graph_find(graph, id);
    if (*target != NODE_NONE)
        return graph->nodes[*target].label;
    return path != NULL && path[0] != '\0' ? path : id;
}

static const char *descriptor_kind(const struct table *table, size_t row)
{
    static const char *const types[] = {
        [DESCRIPTOR_OTHER] = "other",        [DESCRIPTOR_FILE] = "file", [DESCRIPTOR_DIRECTORY] = "directory",
        [DESCRIPTOR_DEVICE_FILE] = "device", [DESCRIPTOR_PIPE] = "pipe", [DESCRIPTOR_SOCKET] = "socket"};
    uint64_t type = table_u64(table, row, DESCRIPTOR_TYPE, DESCRIPTOR_OTHER);
    return type < sizeof types / sizeof types[0] ? types[type] : types[DESCRIPTOR_OTHER];
}

static bool descriptor_add(struct why *why, const struct graph *graph, size_t row)
{
    static const char *const accesses[] = {"", "reads", "writes", "reads and writes"};
    const struct table *table = &graph->sample->tables[TABLE_DESCRIPTOR];
    uint64_t access = table_u64(table, row, DESCRIPTOR_ACCESS, 0);
    bool deleted = table_u64(table, row, DESCRIPTOR_DELETED, 0) == 1;
    const char *label = arena_printf(&why->arena, "%4" PRIu64 "  %s", table_u64(table, row, DESCRIPTOR_NUMBER, 0),
                                     descriptor_kind(table, row));
    struct why_line *line = label == NULL ? NULL : why_add(why, WHY_RELATION, label);
    if (line == NULL)
        return false;
    uint32_t target;
    const char *what = descriptor_what(why, graph, row, &target);
    line->text = what == NULL ? "" : what;
    line->other = arena_printf(&why->arena, "%s%s", access < 4 ? accesses[access] : "", deleted ? " (deleted)" : "");
    line->target = target;
    return line->other != NULL;
}

bool why_descriptors(struct why *why, const struct graph *graph)
{
    const struct node *node = &graph->nodes[why->node];
    if (node->kind != NODE_PROCESS || graph->sample == NULL)
        return true;
    const struct table *table = &graph->sample->tables[TABLE_DESCRIPTOR];
    size_t count = 0;
    for (size_t row = 0; row < table->rows; row++) {
        if (table_u64(table, row, DESCRIPTOR_PID, 0) != node->pid ||
            table_u64(table, row, DESCRIPTOR_START_TICKS, 0) != node->start_ticks)
            continue;
        count++;
        if ((count == 1 && why_add(why, WHY_HEADING, "Open descriptors") == NULL) ||
            (count <= DESCRIPTORS_SHOWN && !descriptor_add(why, graph, row)))
            return false;
    }
    return count <= DESCRIPTORS_SHOWN ||
           why_add(why, WHY_NOTE, arena_printf(&why->arena, "and %zu more", count - DESCRIPTORS_SHOWN)) != NULL;
}

/* The time line's events: how single waits become one event, and what is forgotten. */
#include "ui/story.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STORY_WORD(kind, word) [kind] = word,
const char *const story_kinds[STORY_KIND_COUNT] = {STORY_KINDS(STORY_WORD)};

/* Single waits that follow each other within so much are told as one event. */
#define GAP_NS (5 * NS_PER_S)
/* Those who lived shorter are told together, with their siblings of the same name. */
#define BRIEF_S 5

/* Who waits for whom on what; whose children of which name come and go. Without padding. */
struct relation_key {
    uint64_t kind, detail, pid, start_ticks, other_pid;
    uint64_t inode; /* of the object; who exits: hash of the parent's name */
    uint64_t text;
};

struct story_relation {
    struct relation_key key;
    uint64_t number; /* of its newest event */
};

static bool relation_is(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    const struct story_relation *relations = items;
    return memcmp(&relations[place].key, key, key_bytes) == 0;
}

void story_init(struct story *story)
{
    *story = (struct story){.next_number = 1};
    index_init(&story->index, relation_is);
}

void story_done(struct story *story)
{
    sample_release(story->before);
    free(story->events);
    free(story->relations);
    index_done(&story->index);
    arena_done(&story->strings);
    *story = (struct story){0};
}

uint64_t story_missing(struct story *story, const struct cursor *cursor, uint64_t serial)
{
    size_t position = cursor_position(cursor, serial);
    if (position == SIZE_MAX || story->failed)
        return 0;
    uint64_t from = cursor_serial(cursor, position > STORY_SAMPLES ? position - STORY_SAMPLES : 0);
    bool begun = story->last != 0, enough = serial <= story->last && serial >= story->first + STORY_SAMPLES / 2;
    bool covered = begun && from <= story->last + 1 && (story->first <= from || enough);
    bool live = begun && cursor_is_live(cursor) && from >= story->first;
    if (!covered && !live) {
        story_done(story);
        story_init(story);
        return from;
    }
    size_t next = cursor_position(cursor, story->last);
    if (story->last >= serial || next == SIZE_MAX)
        return story->last >= serial ? 0 : from;
    return cursor_serial(cursor, next + 1);
}

/* ---- events ---- */

static const char *text_keep(struct story *story, const char *text)
{
    return text == NULL ? NULL : arena_copy(&story->strings, text, strlen(text));
}

/* The older half goes, with its strings; what is told of a relation begins anew. */
static bool story_forget(struct story *story)
{
    struct arena strings = story->strings;
    size_t kept = 0, from = story->count / 2;
    story->strings = (struct arena){0};
    for (size_t i = from; i < story->count; i++) {
        struct story_event event = story->events[i];
        event.on = text_keep(story, event.on);
        event.who.name = text_keep(story, event.who.name);
        event.other.name = text_keep(story, event.other.name);
        story->events[kept++] = event;
    }
    story->count = kept;
    story->relation_count = 0;
    index_clear(&story->index);
    arena_done(&strings);
    return true;
}

struct story_event *story_add(struct story *story, const struct story_event *event)
{
    if (story->count >= STORY_EVENTS_MAX)
        story_forget(story);
    if (!memory_grow(&story->events, &story->capacity, story->count + 1, sizeof *story->events)) {
        story->failed = true;
        return NULL;
    }
    struct story_event *added = &story->events[story->count++];
    *added = *event;
    added->number = story->next_number++;
    added->on = text_keep(story, event->on);
    added->who.name = text_keep(story, event->who.name);
    added->other.name = text_keep(story, event->other.name);
    return added;
}

static struct story_event *event_numbered(const struct story *story, uint64_t number)
{
    uint64_t first = story->count == 0 ? 0 : story->events[0].number;
    bool there = story->count > 0 && number >= first && number - first < story->count;
    return there ? &story->events[number - first] : NULL;
}

/* The same single wait is told again by every sample that saw it. */
static void wait_extend(struct story_event *event, const struct story_event *wait)
{
    if (wait->since_ns != event->since_ns) {
        event->count_before = event->count;
        event->total_before_ns = event->total_ns;
        event->since_ns = wait->since_ns;
    }
    event->count = event->count_before + wait->count;
    event->total_ns = event->total_before_ns + wait->total_ns;
    event->until_ns = wait->until_ns > event->until_ns ? wait->until_ns : event->until_ns;
    event->time_ns = wait->time_ns < event->time_ns ? wait->time_ns : event->time_ns;
    event->ongoing = wait->ongoing;
    event->inferred = event->inferred && wait->inferred;
    event->serial = wait->serial;
}

static uint64_t text_hash(const char *text)
{
    return text == NULL ? 0 : index_hash(text, strlen(text));
}

/* The newest event of a relation, or NULL. */
static struct story_event *relation_event(const struct story *story, const struct relation_key *key)
{
    uint32_t place = index_find(&story->index, story->relations, key, sizeof *key);
    return place == INDEX_NONE ? NULL : event_numbered(story, story->relations[place].number);
}

static void relation_add(struct story *story, const struct relation_key *key, const struct story_event *event)
{
    const struct story_event *added = story_add(story, event);
    /* Only now, for adding may have forgotten the relations. */
    uint32_t place = index_find(&story->index, story->relations, key, sizeof *key);
    if (added == NULL)
        return;
    if (place == INDEX_NONE) {
        place = (uint32_t)story->relation_count;
        story->failed = !memory_grow(&story->relations, &story->relation_capacity, place + 1, sizeof *story->relations);
        if (story->failed)
            return;
        story->relations[place].key = *key;
        story->failed = !index_add(&story->index, key, sizeof *key, place);
        if (story->failed)
            return;
        story->relation_count++;
    }
    story->relations[place].number = added->number;
}

void story_add_wait(struct story *story, const struct story_event *wait, uint64_t inode)
{
    /* Between two processes it does not matter over which of their sockets or pipes. */
    bool object = wait->other.pid == 0 || wait->wait == WAIT_LOCK || wait->wait == WAIT_DISK;
    struct relation_key key = {.kind = STORY_WAIT,
                               .detail = wait->wait,
                               .pid = wait->who.pid,
                               .start_ticks = wait->who.start_ticks,
                               .other_pid = wait->other.pid,
                               .inode = object ? inode : 0,
                               .text = object ? text_hash(wait->on) : 0};
    struct story_event *event = relation_event(story, &key);
    if (event != NULL && wait->time_ns <= event->until_ns + GAP_NS)
        wait_extend(event, wait);
    else
        relation_add(story, &key, wait);
}

/* Takes in one of a crowd: a new event, or one more of the newest. */
static void crowd_add(struct story *story, const struct story_event *one)
{
    struct relation_key key = {.kind = one->kind,
                               .detail = one->signal,
                               .inode = text_hash(one->other.name),
                               .text = text_hash(one->who.name)};
    struct story_event *event = relation_event(story, &key);
    if (event == NULL || one->time_ns > event->until_ns + GAP_NS) {
        relation_add(story, &key, one);
        return;
    }
    const char *name = event->who.name;
    event->several_parents = event->several_parents || event->other.pid != one->other.pid;
    event->who = one->who;
    event->who.name = name;
    event->until_ns = one->time_ns > event->until_ns ? one->time_ns : event->until_ns;
    event->time_ns = one->time_ns < event->time_ns ? one->time_ns : event->time_ns;
    event->serial = one->serial;
    event->count++;
}

void story_add_start(struct story *story, const struct story_event *start)
{
    crowd_add(story, start);
}

void story_add_exit(struct story *story, const struct story_event *exit)
{
    if (exit->lived_s < BRIEF_S)
        crowd_add(story, exit);
    else
        story_add(story, exit);
}

/* The same connection goes on to be told as one event. */
void story_add_resent(struct story *story, const struct story_event *resent)
{
    struct relation_key key = {.kind = STORY_RESENT,
                               .pid = resent->who.pid,
                               .start_ticks = resent->who.start_ticks,
                               .text = text_hash(resent->on)};
    struct story_event *event = relation_event(story, &key);
    if (event == NULL || resent->time_ns > event->until_ns + GAP_NS) {
        relation_add(story, &key, resent);
        return;
    }
    event->until_ns = resent->until_ns > event->until_ns ? resent->until_ns : event->until_ns;
    event->serial = resent->serial;
    event->count += resent->count;
}

/* ---- at a moment ---- */

bool story_tells(const struct story_event *event)
{
    return event->kind != STORY_WAIT || event->total_ns >= STORY_WAIT_LEAST_NS;
}

bool story_begun(const struct story_event *event, int64_t now_ns)
{
    return event->time_ns <= now_ns;
}

bool story_goes_on(const struct story_event *event, int64_t now_ns)
{
    return event->kind == STORY_WAIT && (event->until_ns > now_ns || (event->until_ns == now_ns && event->ongoing));
}

double story_seconds(const struct story_event *event, int64_t now_ns)
{
    int64_t until_ns = event->until_ns < now_ns ? event->until_ns : now_ns;
    if (event->kind == STORY_EXIT && event->count <= 1)
        return event->lived_s;
    bool takes_time = event->kind == STORY_WAIT || event->kind == STORY_EXIT || event->kind == STORY_GAP;
    return takes_time ? (double)(until_ns - event->time_ns) / NS_PER_S : NAN;
}

/* The answer at a moment. */
#include "cmd/answer.h"

#include "cmd/output.h"
#include "cmd/verdict_cache.h"

#include "base/clock.h"
#include "base/units.h"

#include <math.h>
#include <string.h>

bool answer_make(struct answer *answer, struct cursor *cursor, size_t position, int64_t window_ns,
                 const struct model *model, size_t suspects_max, struct error *error)
{
    *answer = (struct answer){0};
    struct window window = {0};
    if (!cursor_window(cursor, position, window_ns, &window, error))
        return false;
    answer->graph = graph_build(&window, error);
    window_done(&window);
    struct judge_options options = {.suspects_max = suspects_max};
    if (answer->graph != NULL)
        answer->verdict = verdict_new(answer->graph, model, &options, error);
    if (answer->verdict == NULL)
        answer_done(answer);
    return answer->verdict != NULL;
}

void answer_done(struct answer *answer)
{
    verdict_free(answer->verdict);
    graph_free(answer->graph);
    *answer = (struct answer){0};
}

/* What windows are compared by. */
struct badness {
    bool known, anomalous;
    double suspect;
};

static struct badness badness_of(const struct verdict *verdict)
{
    return (struct badness){true, verdict->anomalous, verdict->suspect_count > 0 ? verdict->suspects[0].score : 0};
}

static bool is_worse(struct badness a, struct badness b)
{
    if (!b.known || a.anomalous != b.anomalous)
        return !b.known || a.anomalous;
    return a.suspect > b.suspect;
}

/* The position half a window after this one, at least the next. */
static size_t position_after(struct cursor *cursor, size_t position, size_t last, int64_t window_ns)
{
    if (position == last)
        return last + 1;
    size_t next = cursor_seek(cursor, cursor_time_ns(cursor, position) + window_ns / 2);
    next = next <= position ? position + 1 : next;
    return next > last ? last : next;
}

/* The worst window so far. */
struct search {
    struct badness worst;
    size_t position;
    struct answer answer; /* empty when the cache told */
};

static void search_take(struct search *search, size_t position, struct badness badness, struct answer *answer)
{
    bool worse = is_worse(badness, search->worst);
    answer_done(worse ? &search->answer : answer);
    if (worse)
        *search = (struct search){badness, position, *answer};
}

/* What the cache said of the worst window must be what it says now: else it is none to rely on. */
static bool search_verify(struct search *search, struct cursor *cursor, int64_t window_ns, const struct model *model,
                          size_t suspects_max)
{
    struct error ignored;
    if (!search->worst.known || search->answer.verdict != NULL)
        return true;
    if (!answer_make(&search->answer, cursor, search->position, window_ns, model, suspects_max, &ignored))
        return false;
    struct badness now = badness_of(search->answer.verdict);
    return now.anomalous == search->worst.anomalous && fabs(now.suspect - search->worst.suspect) < 1e-6;
}

bool answer_worst(struct answer *answer, struct cursor *cursor, size_t first, size_t last, int64_t window_ns,
                  const struct model *model, size_t suspects_max, struct verdict_cache *cache, size_t *damaged,
                  struct error *error)
{
    struct search search = {0};
    *damaged = 0;
    /* The very first sample has no rates: it is judged only when it is all there is. */
    size_t start = first == 0 && last > 0 ? 1 : first;
    for (size_t position = start; position <= last; position = position_after(cursor, position, last, window_ns)) {
        progress_show("judging", position - start, last - start + 1);
        struct answer next = {0};
        const struct recorded_score *known = cache == NULL ? NULL : verdict_cache_find(cache, position);
        if (known != NULL) {
            search_take(&search, position, (struct badness){true, known->anomalous, known->suspect_score}, &next);
        } else if (answer_make(&next, cursor, position, window_ns, model, suspects_max, error)) {
            if (cache != NULL)
                verdict_cache_learn(cache, position, next.graph, next.verdict);
            search_take(&search, position, badness_of(next.verdict), &next);
        } else {
            (*damaged)++;
        }
    }
    progress_show("judging", last - start + 1, last - start + 1);
    if (!search_verify(&search, cursor, window_ns, model, suspects_max)) {
        answer_done(&search.answer);
        return answer_worst(answer, cursor, first, last, window_ns, model, suspects_max, NULL, damaged, error);
    }
    *answer = search.answer;
    return answer->verdict != NULL;
}

bool answer_before(struct answer *answer, struct cursor *cursor, size_t position, int64_t window_ns, int64_t time_ns,
                   const struct model *model, size_t suspects_max, size_t *found)
{
    struct search search = {0};
    int64_t end_ns = clock_boottime_ns() + time_ns;
    for (size_t at = position; at > 1 && clock_boottime_ns() < end_ns;) {
        size_t back = cursor_seek(cursor, cursor_time_ns(cursor, at) - window_ns / 2);
        at = back < at ? back : at - 1;
        struct answer next = {0};
        struct error ignored;
        if (!answer_make(&next, cursor, at, window_ns, model, suspects_max, &ignored))
            continue;
        bool anomalous = next.verdict->anomalous;
        if (anomalous)
            search_take(&search, at, badness_of(next.verdict), &next);
        else
            answer_done(&next);
        if (!anomalous && search.worst.known)
            break;
    }
    *answer = search.answer;
    *found = search.position;
    return search.worst.known;
}

struct model *answer_model(const char *path, struct error *error)
{
    bool bundled = path == NULL || strcmp(path, "bundled") == 0;
    if (path != NULL && strcmp(path, "reference") == 0)
        return model_reference(error);
    return bundled ? model_bundled(error) : model_read(path, error);
}

bool replay_open(const struct command *command, struct replay *replay, const char *path, struct error *error)
{
    *replay = (struct replay){.recording = recording_open(path, error)};
    if (replay->recording == NULL)
        return false;
    const char *note = recording_note(replay->recording);
    if (note != NULL && note[0] != '\0')
        command_note(command, "%s", note);
    if (recording_count(replay->recording) == 0)
        error_set(error, "%s holds no sample yet: nothing was recorded, or its -wal file is missing", path);
    else
        replay->cursor = cursor_recording_new(replay->recording, error);
    if (replay->cursor == NULL)
        replay_close(replay);
    return replay->cursor != NULL;
}

void replay_close(struct replay *replay)
{
    cursor_free(replay->cursor);
    recording_close(replay->recording, NULL);
    *replay = (struct replay){0};
}

int32_t replay_utc_offset_s(struct replay *replay)
{
    const uint64_t day_s = 86400;
    struct sample *sample = cursor_sample(replay->cursor, cursor_count(replay->cursor) - 1, NULL);
    uint64_t offset = day_s;
    if (sample != NULL && sample->tables[TABLE_HOST].rows > 0)
        offset = table_u64(&sample->tables[TABLE_HOST], 0, HOST_UTC_OFFSET_S, day_s);
    sample_release(sample);
    return offset <= 2 * day_s ? (int32_t)((int64_t)offset - (int64_t)day_s) : 0;
}

bool replay_seek(struct replay *replay, const char *time, bool utc, size_t *position, struct error *error)
{
    struct cursor *cursor = replay->cursor;
    int64_t first_ns = cursor_time_ns(cursor, 0);
    int64_t last_ns = cursor_time_ns(cursor, cursor_count(cursor) - 1);
    int32_t zone_s = utc ? 0 : replay_utc_offset_s(replay);
    int64_t time_ns;
    if (!moment_parse(time, last_ns, zone_s, &time_ns, error))
        return false;
    if (time_ns < first_ns - NS_PER_S || time_ns > last_ns + NS_PER_S) {
        char from[32], to[32];
        return error_set(error, "%s lies outside of the recording, which goes from %s to %s", time,
                         date_format(from, sizeof from, first_ns, zone_s), date_format(to, sizeof to, last_ns, zone_s));
    }
    /* A time is read to the second: the sample taken within that second is meant, not the one before it. */
    *position = cursor_seek(cursor, time_ns % NS_PER_S == 0 ? time_ns + NS_PER_S - 1 : time_ns);
    return true;
}

bool replay_stretch(struct replay *replay, const char *from, const char *to, bool utc, size_t *first, size_t *last,
                    struct error *error)
{
    *first = 0;
    *last = cursor_count(replay->cursor) - 1;
    if (from != NULL && !replay_seek(replay, from, utc, first, error))
        return false;
    if (to != NULL && !replay_seek(replay, to, utc, last, error))
        return false;
    return *first <= *last || error_set(error, "--from %s lies behind --to %s", from, to);
}

exporter *exporter_find(const char *format)
{
    static const struct {
        const char *format;
        exporter *run;
    } exporters[] = {{"text", export_text},
                     {"json", export_json},
                     {"markdown", export_markdown},
                     {"dot", export_dot},
                     {"csv", export_csv}};
    for (size_t i = 0; i < sizeof exporters / sizeof exporters[0]; i++)
        if (strcmp(exporters[i].format, format) == 0)
            return exporters[i].run;
    return export_text;
}

struct export_input answer_input(const struct answer *answer, const struct model *model, int32_t utc_offset_s)
{
    return (struct export_input){
        .graph = answer->graph,
        .verdict = answer->verdict,
        .model = model,
        .utc_offset_s = utc_offset_s,
        .columns = output_columns(),
        .ascii = !output_is_utf8(),
    };
}

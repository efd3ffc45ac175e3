/* The answer at a moment: from a cursor's position to graph and verdict. */
#ifndef CMD_ANSWER_H
#define CMD_ANSWER_H

#include "cmd/command.h"
#include "cursor/cursor.h"
#include "export/export.h"
#include "graph/graph.h"
#include "judge/judge.h"
#include "model/model.h"

struct answer {
    struct graph *graph;
    struct verdict *verdict;
};

/* Judges the window before the position. suspects_max 0 = the judge's default. On failure the answer is empty. */
bool answer_make(struct answer *answer, struct cursor *cursor, size_t position, int64_t window_ns,
                 const struct model *model, size_t suspects_max, struct error *error);
void answer_done(struct answer *answer);

struct verdict_cache;

/* Judges windows from one position to another (inclusive), half a window apart, and keeps the worst: an anomalous one
 * before one that is not, then the higher first suspect. What the cache knows is not judged again but for the worst,
 * and the cache learns the others; NULL: there is none. A progress bar is shown. A damaged sample is skipped and
 * counted in *damaged; false only when no window could be judged. */
bool answer_worst(struct answer *answer, struct cursor *cursor, size_t first, size_t last, int64_t window_ns,
                  const struct model *model, size_t suspects_max, struct verdict_cache *cache, size_t *damaged,
                  struct error *error);

/* Looks back from before the position, half a window at a time, for the latest stretch in which something stood out,
 * and answers for the worst window of it; *found is its position. Spends about time_ns at most. False: nothing was
 * found, and the answer is empty. */
bool answer_before(struct answer *answer, struct cursor *cursor, size_t position, int64_t window_ns, int64_t time_ns,
                   const struct model *model, size_t suspects_max, size_t *found);

/* The bundled model for NULL or "bundled", the published one for "reference", else the file. */
struct model *answer_model(const char *path, struct error *error);

/* A recording with its cursor. On failure both are NULL. An empty recording is refused with a sentence. What may be
 * missing of it (a lost -wal file) is noted on standard error in the command's name. */
struct replay {
    struct recording *recording;
    struct cursor *cursor;
};
bool replay_open(const struct command *command, struct replay *replay, const char *path, struct error *error);
void replay_close(struct replay *replay);

/* The zone of the recorded host in seconds from UTC, 0 when it is not known. */
int32_t replay_utc_offset_s(struct replay *replay);

/* The position for a time that the user gave; refused when it lies outside of the recording by more than a second. */
bool replay_seek(struct replay *replay, const char *time, bool utc, size_t *position, struct error *error);

/* The positions of a stretch; from or to NULL: from the beginning, to the end. Refused when it runs backwards. */
bool replay_stretch(struct replay *replay, const char *from, const char *to, bool utc, size_t *first, size_t *last,
                    struct error *error);

/* The exporter of a format's name ("text", "json", "markdown", "dot", "csv"); the name must be one of these. */
typedef bool exporter(const struct export_input *input, struct buffer *out, struct error *error);
exporter *exporter_find(const char *format);

/* Fills an export input from an answer. */
struct export_input answer_input(const struct answer *answer, const struct model *model, int32_t utc_offset_s);

#endif

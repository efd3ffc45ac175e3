/* Adapting a model to a part of a recording. */
#include "evaluate/adapt.h"

#include "base/memory.h"
#include "judge/calibration.h"

#include <stdlib.h>

struct windows {
    struct graph **graphs;
    size_t count, capacity;
};

static bool window_take(struct windows *windows, struct cursor *cursor, size_t position, int64_t window_ns,
                        struct error *error)
{
    struct window window = {0};
    if (!memory_grow(&windows->graphs, &windows->capacity, windows->count + 1, sizeof *windows->graphs))
        return error_memory(error);
    struct graph *graph =
        cursor_window(cursor, position, window_ns, &window, error) ? graph_build(&window, error) : NULL;
    window_done(&window);
    if (graph != NULL)
        windows->graphs[windows->count++] = graph;
    return graph != NULL;
}

bool adapt_make(struct model **adapted, struct cursor *cursor, size_t end, int64_t window_ns, const struct model *from,
                uint64_t seed, struct error *error)
{
    struct windows windows = {0};
    const struct training training = {.from = from, .one_host = true, .seed = seed};
    bool made = true;
    *adapted = NULL;
    for (size_t position = 0; made && position < end;) {
        size_t next = cursor_seek(cursor, cursor_time_ns(cursor, position) + window_ns);
        position = next > position ? next : position + 1;
        made = position > end || window_take(&windows, cursor, position, window_ns, error);
    }
    if (made && windows.count > 0) {
        const struct healthy_windows healthy = {.graphs = windows.graphs, .graph_count = windows.count};
        *adapted = model_train(windows.graphs, windows.count, &training, error);
        made = *adapted != NULL && calibration_make(*adapted, &healthy, &training, error);
    }
    for (size_t i = 0; i < windows.count; i++)
        graph_free(windows.graphs[i]);
    free(windows.graphs);
    return made;
}

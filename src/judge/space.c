/* Who fills a file system. */
#include "judge/space.h"

#include <stdlib.h>
#include <string.h>

static size_t mount_match(const char *mount, const char *path)
{
    size_t length = strlen(mount);
    if (length == 1)
        return path[0] == '/';
    return strncmp(path, mount, length) == 0 && path[length] == '/' ? length : 0;
}

/* Does the path lie on this file system, and on none that is mounted deeper? */
static bool file_is_there(const struct graph *graph, const uint32_t *mounts, size_t mount_count, uint32_t filesystem,
                          const char *path)
{
    size_t here = mount_match(graph->nodes[filesystem].name, path);
    for (size_t i = 0; here > 0 && i < mount_count; i++)
        if (mount_match(graph->nodes[mounts[i]].name, path) > here)
            return false;
    return here > 0;
}

static void file_count(const struct graph *graph, uint32_t file, double *rates, struct space_use *use)
{
    double bytes = graph_measure(graph, file, MEASURE_SIZE_BYTES);
    double growth = graph_measure(graph, file, MEASURE_SIZE_GROWTH_BPS);
    bool largest = bytes > use->file_bytes;
    if (largest) {
        use->file = file;
        use->file_bytes = bytes;
        use->opener = NODE_NONE;
    }
    if (growth > 0)
        use->growth_bps += growth;
    for (uint32_t i = graph->offsets[file]; i < graph->offsets[file + 1]; i++) {
        const struct edge *edge = &graph->edges[graph->adjacent[i]];
        const struct node *opener = &graph->nodes[edge->from];
        if (edge->kind != EDGE_OPENS || edge->to != file || opener->kind != NODE_PROCESS || opener->self)
            continue;
        if (largest && use->opener == NODE_NONE)
            use->opener = edge->from;
        /* Who is known to write nothing (tail -f) does not make it grow. */
        if (!(growth > 0) || graph_measure(graph, edge->from, MEASURE_WRITE_BPS) == 0)
            continue;
        rates[edge->from] += growth;
        if (rates[edge->from] > use->writer_bps) {
            use->writer = edge->from;
            use->writer_bps = rates[edge->from];
        }
    }
}

bool space_use_find(const struct graph *graph, uint32_t filesystem, struct space_use *use, struct error *error)
{
    *use = (struct space_use){.writer = NODE_NONE, .file = NODE_NONE, .opener = NODE_NONE};
    double *rates = calloc(graph->node_count + 1, sizeof *rates);
    uint32_t *mounts = calloc(graph->node_count + 1, sizeof *mounts);
    size_t mount_count = 0;
    if (rates != NULL && mounts != NULL) {
        for (uint32_t n = 0; n < graph->node_count; n++)
            if (graph->nodes[n].kind == NODE_FILESYSTEM)
                mounts[mount_count++] = n;
        for (uint32_t n = 0; n < graph->node_count; n++)
            if (graph->nodes[n].kind == NODE_FILE &&
                file_is_there(graph, mounts, mount_count, filesystem, graph->nodes[n].name))
                file_count(graph, n, rates, use);
    }
    bool found = rates != NULL && mounts != NULL;
    free(rates);
    free(mounts);
    return found || error_memory(error);
}

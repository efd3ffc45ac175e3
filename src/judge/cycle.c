/* Tarjan's strongly connected components, with a stack of its own. */
#include "judge/cycle.h"

#include <stdlib.h>

struct search {
    const uint32_t *offsets, *targets;
    uint32_t *component;
    uint32_t *visited; /* order of the visit, from 1; 0 = not yet */
    uint32_t *lowest;  /* earliest visit that can be reached */
    uint32_t *next;    /* the next target to look at */
    uint32_t *path;    /* nodes being visited */
    uint32_t *open;    /* visited nodes without a component */
    size_t path_count, open_count;
    uint32_t visits, components;
};

static void search_enter(struct search *search, uint32_t node)
{
    search->visited[node] = search->lowest[node] = ++search->visits;
    search->next[node] = search->offsets[node];
    search->path[search->path_count++] = node;
    search->open[search->open_count++] = node;
}

/* Leaves the node on top of the path; closes its component when it is the first of it. */
static void search_leave(struct search *search)
{
    uint32_t node = search->path[--search->path_count];
    if (search->path_count > 0) {
        uint32_t parent = search->path[search->path_count - 1];
        if (search->lowest[node] < search->lowest[parent])
            search->lowest[parent] = search->lowest[node];
    }
    if (search->lowest[node] != search->visited[node])
        return;
    uint32_t member;
    do {
        member = search->open[--search->open_count];
        search->component[member] = search->components;
    } while (member != node);
    search->components++;
}

static void search_from(struct search *search, uint32_t start)
{
    search_enter(search, start);
    while (search->path_count > 0) {
        uint32_t node = search->path[search->path_count - 1];
        if (search->next[node] == search->offsets[node + 1]) {
            search_leave(search);
            continue;
        }
        uint32_t target = search->targets[search->next[node]++];
        if (search->visited[target] == 0)
            search_enter(search, target);
        else if (search->component[target] == UINT32_MAX && search->visited[target] < search->lowest[node])
            search->lowest[node] = search->visited[target];
    }
}

bool cycle_components(size_t nodes, const uint32_t *offsets, const uint32_t *targets, uint32_t *component,
                      struct error *error)
{
    uint32_t *scratch = calloc(5 * nodes + 1, sizeof *scratch);
    if (scratch == NULL)
        return error_memory(error);
    struct search search = {.offsets = offsets, .targets = targets, .component = component};
    search.visited = scratch;
    search.lowest = scratch + nodes;
    search.next = scratch + 2 * nodes;
    search.path = scratch + 3 * nodes;
    search.open = scratch + 4 * nodes;
    for (size_t n = 0; n < nodes; n++)
        component[n] = UINT32_MAX;
    for (size_t n = 0; n < nodes; n++)
        if (search.visited[n] == 0)
            search_from(&search, (uint32_t)n);
    free(scratch);
    return true;
}

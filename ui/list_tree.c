/* Processes as a tree: each below its parent, siblings in the order of the list. */
#include "ui/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW_NONE UINT32_MAX

struct forest {
    uint32_t *row_of; /* node -> row, ROW_NONE = not in the list */
    uint32_t *child;  /* first child of a row */
    uint32_t *next;   /* its next sibling */
    uint32_t *parent;
    uint32_t *stack;
    uint32_t *nodes; /* in the order of the tree */
    struct list_branch *branches;
    size_t count;
};

static uint32_t *numbers_new(size_t count)
{
    uint32_t *numbers = malloc((count + 1) * sizeof *numbers);
    if (numbers != NULL)
        memset(numbers, 0xff, (count + 1) * sizeof *numbers);
    return numbers;
}

static bool forest_new(struct forest *forest, size_t rows, size_t nodes)
{
    *forest = (struct forest){.row_of = numbers_new(nodes),
                              .child = numbers_new(rows),
                              .next = numbers_new(rows),
                              .parent = numbers_new(rows),
                              .stack = numbers_new(rows),
                              .nodes = numbers_new(rows),
                              .branches = calloc(rows + 1, sizeof *forest->branches)};
    return forest->row_of != NULL && forest->child != NULL && forest->next != NULL && forest->parent != NULL &&
           forest->stack != NULL && forest->nodes != NULL && forest->branches != NULL;
}

static void forest_done(struct forest *forest)
{
    free(forest->row_of);
    free(forest->child);
    free(forest->next);
    free(forest->parent);
    free(forest->stack);
    free(forest->nodes);
    free(forest->branches);
}

static uint32_t parent_row(const struct forest *forest, const struct graph *graph, uint32_t node)
{
    for (uint32_t i = graph->offsets[node]; i < graph->offsets[node + 1]; i++) {
        const struct edge *edge = &graph->edges[graph->adjacent[i]];
        if (edge->kind == EDGE_PARENT && edge->to == node && edge->from != node)
            return forest->row_of[edge->from];
    }
    return ROW_NONE;
}

static void forest_join(struct forest *forest, const struct list *list, const struct graph *graph)
{
    for (size_t row = 0; row < list->count; row++)
        forest->row_of[list->nodes[row]] = (uint32_t)row;
    for (size_t row = list->count; row-- > 0;) {
        uint32_t parent = parent_row(forest, graph, list->nodes[row]);
        forest->parent[row] = parent;
        if (parent == ROW_NONE)
            continue;
        forest->next[row] = forest->child[parent];
        forest->child[parent] = (uint32_t)row;
    }
}

static struct list_branch branch_below(const struct list_branch *parent, bool last)
{
    struct list_branch branch = {.depth = parent->depth < LIST_TREE_DEPTH_MAX ? parent->depth + 1 : parent->depth,
                                 .last = last,
                                 .open = parent->open};
    if (parent->depth > 0 && !parent->last)
        branch.open |= UINT64_C(1) << (parent->depth - 1);
    return branch;
}

/* Takes a row and all below it. A circle of parents, which only
 * a false recording can hold, ends there. */
static void forest_take(struct forest *forest, const struct list *list, uint32_t root, unsigned char *taken)
{
    size_t depth = 0;
    forest->stack[depth++] = root;
    forest->branches[root] = (struct list_branch){0};
    while (depth > 0) {
        uint32_t row = forest->stack[--depth];
        if (taken[row])
            continue;
        taken[row] = 1;
        forest->nodes[forest->count++] = row;
        /* The stack turns the order round, so the children go on it from the last to the first. */
        size_t first = depth;
        for (uint32_t child = forest->child[row]; child != ROW_NONE && depth < list->count; child = forest->next[child])
            if (!taken[child]) {
                forest->branches[child] = branch_below(&forest->branches[row], forest->next[child] == ROW_NONE);
                forest->stack[depth++] = child;
            }
        for (size_t low = first, high = depth; low + 1 < high; low++) {
            uint32_t swapped = forest->stack[low];
            forest->stack[low] = forest->stack[--high];
            forest->stack[high] = swapped;
        }
    }
}

bool list_tree_order(struct list *list, const struct graph *graph)
{
    struct forest forest;
    unsigned char *taken = calloc(list->count + 1, 1);
    struct list_branch *branches = calloc(list->count + 1, sizeof *branches);
    bool done = forest_new(&forest, list->count, graph->node_count) && taken != NULL && branches != NULL;
    if (done) {
        forest_join(&forest, list, graph);
        for (size_t row = 0; row < list->count; row++)
            if (forest.parent[row] == ROW_NONE)
                forest_take(&forest, list, (uint32_t)row, taken);
        for (size_t row = 0; row < list->count; row++)
            if (!taken[row])
                forest_take(&forest, list, (uint32_t)row, taken);
        for (size_t i = 0; i < forest.count; i++) {
            branches[i] = forest.branches[forest.nodes[i]];
            forest.nodes[i] = list->nodes[forest.nodes[i]];
        }
        memcpy(list->nodes, forest.nodes, forest.count * sizeof *list->nodes);
        free(list->branches);
        list->branches = branches;
        branches = NULL;
    }
    free(branches);
    free(taken);
    forest_done(&forest);
    return done;
}

char *list_tree_prefix(char *dst, size_t dst_bytes, const struct list_branch *branch)
{
    size_t used = 0;
    dst[0] = '\0';
    for (unsigned level = 1; level <= branch->depth && used + 8 < dst_bytes; level++) {
        const char *piece = level == branch->depth                             ? branch->last ? "└─" : "├─"
                            : (branch->open & UINT64_C(1) << (level - 1)) != 0 ? "│ "
                                                                               : "  ";
        used += (size_t)snprintf(dst + used, dst_bytes - used, "%s", piece);
    }
    return dst;
}

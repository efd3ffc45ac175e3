/* The rows of a list: filter, order, selection. */
#include "ui/list.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Below it a share, a rate or a duration is shown as nothing. */
#define ORDER_LEAST 0.05

void list_init(struct list *list, const struct list_kind *kind)
{
    *list = (struct list){.kind = kind, .flat_kind = kind};
    list_sort_by(list, column_find(kind->sort));
}

void list_done(struct list *list)
{
    free(list->nodes);
    free(list->branches);
    free(list->selected_id);
    *list = (struct list){0};
}

static bool list_add(struct list *list, const struct graph *graph, const struct verdict *verdict, uint32_t node)
{
    struct column_input input = {graph, verdict, node};
    list->all++;
    if (!filter_passes(&list->filter, &input))
        return true;
    if (!memory_grow(&list->nodes, &list->capacity, list->count + 1, sizeof *list->nodes))
        return false;
    list->nodes[list->count++] = node;
    return true;
}

static bool list_collect(struct list *list, const struct graph *graph, const struct verdict *verdict)
{
    list->count = list->all = 0;
    if (list->kind->suspects) {
        for (size_t i = 0; verdict != NULL && i < verdict->suspect_count; i++)
            if (!list_add(list, graph, verdict, verdict->suspects[i].node))
                return false;
        return true;
    }
    for (uint32_t node = 0; node < graph->node_count; node++)
        if ((list->kind->node_kinds & COLUMN_BIT(graph->nodes[node].kind)) != 0 &&
            !list_add(list, graph, verdict, node))
            return false;
    return true;
}

struct order {
    const struct column *column;
    const struct graph *graph;
    const struct verdict *verdict;
    bool descending;
};

/* As much of a number as a cell shows: what looks the same keeps its place, instead of trading places every second. */
static double number_seen(double value)
{
    double size = fabs(value);
    if (!isfinite(value) || size < ORDER_LEAST)
        return isfinite(value) ? 0 : value;
    double step = pow(10, floor(log10(size)) - 1);
    return rint(value / step) * step;
}

static bool column_is_measured(const struct column *column)
{
    return column->kind == COLUMN_IS_NUMBER && column->unit[0] != '\0';
}

static int seen_compare(const struct order *order, const struct column_input *a, const struct column_input *b)
{
    double left = number_seen(order->column->number(a)), right = number_seen(order->column->number(b));
    if (isnan(left) || isnan(right))
        return isnan(left) - isnan(right);
    int compared = (left > right) - (left < right);
    return order->descending ? -compared : compared;
}

static int order_compare(const void *left, const void *right, void *user)
{
    const struct order *order = user;
    struct column_input a = {order->graph, order->verdict, *(const uint32_t *)left};
    struct column_input b = {order->graph, order->verdict, *(const uint32_t *)right};
    int compared = column_is_measured(order->column) ? seen_compare(order, &a, &b)
                                                     : column_compare(order->column, &a, &b, order->descending);
    if (compared != 0)
        return compared;
    const struct node *one = &order->graph->nodes[a.node], *other = &order->graph->nodes[b.node];
    if (one->pid != other->pid)
        return one->pid < other->pid ? -1 : 1;
    return strcmp(one->id, other->id);
}

static void list_find_selected(struct list *list, const struct graph *graph)
{
    size_t line = list->selected - list->top;
    if (list->selected_id == NULL) {
        list->selected = 0;
        return;
    }
    uint32_t node = graph_find(graph, list->selected_id);
    for (size_t row = 0; node != NODE_NONE && row < list->count; row++)
        if (list->nodes[row] == node) {
            list->selected = row;
            list->top = row > line ? row - line : 0;
            return;
        }
    if (list->selected >= list->count)
        list->selected = list->count == 0 ? 0 : list->count - 1;
}

bool list_update(struct list *list, const struct graph *graph, const struct verdict *verdict, struct error *error)
{
    if (!list_collect(list, graph, verdict)) {
        list->count = list->selected = list->top = 0;
        return error_memory(error);
    }
    struct order order = {column_find(list->sort), graph, verdict, list->descending};
    if (order.column != NULL && list->count > 1)
        qsort_r(list->nodes, list->count, sizeof *list->nodes, order_compare, &order);
    free(list->branches);
    list->branches = NULL;
    bool ordered = list->tree_kind == NULL || list->kind != list->tree_kind || list_tree_order(list, graph);
    list_find_selected(list, graph);
    return ordered || error_memory(error);
}

bool list_tree_toggle(struct list *list)
{
    if (list->tree_kind == NULL)
        return false;
    list->kind = list->kind == list->tree_kind ? list->flat_kind : list->tree_kind;
    return true;
}

void list_follow(struct list *list, const struct graph *graph)
{
    size_t row = list->selected;
    bool follow = !list->follow;
    list_select(list, graph, row);
    list->follow = follow && row < list->count;
    if (list->follow && list->selected_id == NULL)
        list->selected_id = strdup(graph->nodes[list->nodes[row]].id);
}

uint32_t list_node(const struct list *list)
{
    return list->selected < list->count ? list->nodes[list->selected] : NODE_NONE;
}

void list_select(struct list *list, const struct graph *graph, size_t row)
{
    free(list->selected_id);
    list->selected_id = NULL;
    list->follow = false;
    list->selected = list->count == 0 ? 0 : row < list->count ? row : list->count - 1;
    if (list->selected > 0)
        list->selected_id = strdup(graph->nodes[list->nodes[list->selected]].id);
}

void list_scroll(struct list *list, size_t rows)
{
    if (list->selected < list->top)
        list->top = list->selected;
    if (rows > 0 && list->selected >= list->top + rows)
        list->top = list->selected - rows + 1;
    if (list->top + rows > list->count)
        list->top = list->count > rows ? list->count - rows : 0;
}

bool list_search(struct list *list, const struct graph *graph, size_t row)
{
    for (size_t i = 0; i < list->count; i++) {
        size_t candidate = (row + i) % list->count;
        if (node_matches(&graph->nodes[list->nodes[candidate]], list->search)) {
            list_select(list, graph, candidate);
            return true;
        }
    }
    return false;
}

size_t list_sort_columns(const struct list *list, const struct column **found)
{
    size_t count = 0;
    for (size_t i = 0; i < column_count && count < LIST_COLUMNS_MAX; i++)
        if ((columns[i].node_kinds & list->kind->node_kinds) != 0)
            found[count++] = &columns[i];
    return count;
}

void list_sort_by(struct list *list, const struct column *column)
{
    if (column == NULL)
        return;
    list->sort = column->name;
    list->descending = column->descending;
}

void list_sort_step(struct list *list, int step)
{
    struct list_column shown[LIST_SHOWN_MAX];
    int count = (int)list_layout(list, 0, shown), current = 0;
    for (int i = 0; i < count; i++)
        if (strcmp(shown[i].column->name, list->sort) == 0)
            current = i;
    if (count > 0)
        list_sort_by(list, shown[(current + step + count) % count].column);
}

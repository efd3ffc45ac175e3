/* The rows of a list: filter, order, selection. */
#include "ui/list.h"

#include "base/clock.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Below it a share, a rate or a duration is shown as nothing. */
#define ORDER_LEAST 0.05

/* What changes by less of itself keeps its place in a steady list. */
#define HELD_SHARE 0.2
/* So long nobody in a steady list overtakes another. */
#define STANDS_NS (3 * NS_PER_S)

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
    free(list->held);
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
    const double *values;    /* by node; NULL: the column is not measured */
    const uint64_t *numbers; /* by node: the number in its id, which tells equals apart faster than the id does */
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

static int held_compare(const void *left, const void *right)
{
    const struct list_held *a = left, *b = right;
    return (a->node > b->node) - (a->node < b->node);
}

static struct list_held *held_find(const struct list *list, const struct graph *graph, uint32_t node)
{
    const char *id = graph->nodes[node].id;
    struct list_held wanted = {.node = index_hash(id, strlen(id))};
    return list->held_count == 0 ? NULL : bsearch(&wanted, list->held, list->held_count, sizeof wanted, held_compare);
}

/* A steady list stands as it is for a while: only who is gone leaves it, and who is new waits at its end. */
static bool order_stands(const struct list *list, const struct graph *graph)
{
    return list->steady && list->held_count > 0 && graph->time_ns >= list->ordered_ns &&
           graph->time_ns - list->ordered_ns < STANDS_NS;
}

/* What it counted as in the order before, while it has hardly changed. */
static double number_held(const struct list *list, const struct graph *graph, uint32_t node, double value)
{
    const struct list_held *held = held_find(list, graph, node);
    bool same = held != NULL && fabs(value - held->value) <= HELD_SHARE * fmax(fabs(value), fabs(held->value));
    return same ? held->value : value;
}

/* The values to put the rows into order by, by node; NULL: out of memory, or the column is not measured. */
static double *order_values(const struct list *list, const struct order *order)
{
    const struct graph *graph = order->graph;
    bool stands = order_stands(list, graph);
    double *values = column_is_measured(order->column) ? malloc((graph->node_count + 1) * sizeof *values) : NULL;
    for (size_t row = 0; values != NULL && row < list->count; row++) {
        uint32_t node = list->nodes[row];
        struct column_input input = {graph, order->verdict, node};
        const struct list_held *held = stands ? held_find(list, graph, node) : NULL;
        if (stands)
            values[node] = held == NULL ? NAN : order->descending ? -(double)held->row : (double)held->row;
        else
            values[node] = number_held(list, graph, node, number_seen(order->column->number(&input)));
    }
    return values;
}

/* Remembers the order, for the next update. */
static void order_hold(struct list *list, const struct order *order)
{
    struct list_held *held = malloc((list->count + 1) * sizeof *held);
    for (size_t row = 0; held != NULL && row < list->count; row++) {
        const char *id = order->graph->nodes[list->nodes[row]].id;
        held[row] = (struct list_held){index_hash(id, strlen(id)), order->values[list->nodes[row]], row};
    }
    if (held != NULL)
        qsort(held, list->count, sizeof *held, held_compare);
    free(list->held);
    list->held = held;
    list->held_count = held == NULL ? 0 : list->count;
    list->ordered_ns = order->graph->time_ns;
}

static int seen_compare(const struct order *order, const struct column_input *a, const struct column_input *b)
{
    double left = order->values[a->node], right = order->values[b->node];
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
    int compared =
        order->values != NULL ? seen_compare(order, &a, &b) : column_compare(order->column, &a, &b, order->descending);
    if (compared != 0)
        return compared;
    const struct node *one = &order->graph->nodes[a.node], *other = &order->graph->nodes[b.node];
    if (one->pid != other->pid)
        return one->pid < other->pid ? -1 : 1;
    if (order->numbers != NULL && order->numbers[a.node] != order->numbers[b.node])
        return order->numbers[a.node] < order->numbers[b.node] ? -1 : 1;
    return strcmp(one->id, other->id);
}

static uint64_t *order_numbers(const struct list *list, const struct graph *graph)
{
    uint64_t *numbers = malloc((graph->node_count + 1) * sizeof *numbers);
    for (size_t row = 0; numbers != NULL && row < list->count; row++) {
        const char *id = graph->nodes[list->nodes[row]].id;
        numbers[list->nodes[row]] = strtoull(id + strcspn(id, "0123456789"), NULL, 10);
    }
    return numbers;
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
    if (!list->steady)
        list->held_count = 0;
    struct order order = {column_find(list->sort), graph, verdict, NULL, NULL, list->descending};
    double *values = order.column == NULL ? NULL : order_values(list, &order);
    uint64_t *numbers = order_numbers(list, graph);
    order.values = values;
    order.numbers = numbers;
    if (order.column != NULL && list->count > 1)
        qsort_r(list->nodes, list->count, sizeof *list->nodes, order_compare, &order);
    if (list->steady && values != NULL && !order_stands(list, graph))
        order_hold(list, &order);
    free(values);
    free(numbers);
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
    list->held_count = 0;
    list->descending = column->descending;
}

void list_sort_invert(struct list *list)
{
    list->descending = !list->descending;
    list->held_count = 0;
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

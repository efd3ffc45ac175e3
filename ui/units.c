/* Processes summed by unit. */
#include "ui/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNIT_ROW(column, title, unit, width, measure, how) [column] = {title, unit, width, measure, how},
const struct unit_schema unit_schema[UNIT_COLUMN_COUNT] = {UNIT_COLUMNS(UNIT_ROW)};

const char *units_name(const struct unit_row *row)
{
    return row->name != NULL ? row->name : row->kernel ? "(the kernel)" : "(no unit)";
}

static bool name_equal(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    const struct unit_row *rows = items;
    const char *name = units_name(&rows[place]);
    return strlen(name) == key_bytes && memcmp(name, key, key_bytes) == 0;
}

void units_init(struct units *units)
{
    *units = (struct units){.sort = UNIT_SCORE, .descending = true};
    index_init(&units->index, name_equal);
}

void units_done(struct units *units)
{
    free(units->rows);
    free(units->selected_name);
    index_done(&units->index);
    *units = (struct units){0};
}

static struct unit_row *unit_of(struct units *units, const struct node *node)
{
    struct unit_row wanted = {.name = node->unit, .kernel = node->unit == NULL && node->kernel_thread};
    const char *name = units_name(&wanted);
    uint32_t place = index_find(&units->index, units->rows, name, strlen(name));
    if (place != INDEX_NONE)
        return &units->rows[place];
    if (!memory_grow(&units->rows, &units->capacity, units->count + 1, sizeof *units->rows) ||
        !index_add(&units->index, name, strlen(name), (uint32_t)units->count))
        return NULL;
    for (size_t column = 0; column < UNIT_COLUMN_COUNT; column++)
        wanted.values[column] = NAN;
    units->rows[units->count] = wanted;
    return &units->rows[units->count++];
}

static double process_value(const struct graph *graph, const struct verdict *verdict, uint32_t node, size_t column)
{
    if (unit_schema[column].how == UNIT_COUNTED)
        return 1;
    if (unit_schema[column].measure < MEASURE_COUNT)
        return (double)graph_measure(graph, node, (enum measure)unit_schema[column].measure);
    const struct suspect *suspect = verdict == NULL ? NULL : verdict_suspect(verdict, node);
    return suspect == NULL ? NAN : suspect->score;
}

static void unit_add(struct unit_row *row, const struct graph *graph, const struct verdict *verdict, uint32_t node)
{
    for (size_t column = 0; column < UNIT_COLUMN_COUNT; column++) {
        double value = process_value(graph, verdict, node, column), *sum = &row->values[column];
        if (isnan(value))
            continue;
        if (isnan(*sum))
            *sum = value;
        else
            *sum = unit_schema[column].how == UNIT_WORST ? fmax(*sum, value) : *sum + value;
    }
}

static int row_compare(const void *left, const void *right, void *user)
{
    const struct units *units = user;
    const struct unit_row *a = left, *b = right;
    double one = a->values[units->sort], other = b->values[units->sort];
    if (isnan(one) != isnan(other))
        return isnan(one) ? 1 : -1;
    if (one != other && !isnan(one))
        return (one < other) == units->descending ? 1 : -1;
    double cpu = a->values[UNIT_CPU], other_cpu = b->values[UNIT_CPU];
    if (cpu > other_cpu || cpu < other_cpu)
        return cpu < other_cpu ? 1 : -1;
    return strcmp(units_name(a), units_name(b));
}

static void units_find_selected(struct units *units)
{
    size_t line = units->selected - units->top;
    size_t row = units->selected_name == NULL ? 0 : units->count;
    for (size_t i = 0; row == units->count && i < units->count; i++)
        if (strcmp(units_name(&units->rows[i]), units->selected_name) == 0)
            row = i;
    if (row >= units->count)
        row = units->count == 0 ? 0 : units->selected < units->count ? units->selected : units->count - 1;
    units->selected = row;
    units->top = row > line ? row - line : 0;
}

bool units_update(struct units *units, const struct graph *graph, const struct verdict *verdict, struct error *error)
{
    units->count = 0;
    index_clear(&units->index);
    for (uint32_t node = 0; node < graph->node_count; node++) {
        if (graph->nodes[node].kind != NODE_PROCESS)
            continue;
        struct unit_row *row = unit_of(units, &graph->nodes[node]);
        if (row == NULL) {
            units->count = 0;
            return error_memory(error);
        }
        unit_add(row, graph, verdict, node);
    }
    if (units->count > 1)
        qsort_r(units->rows, units->count, sizeof *units->rows, row_compare, units);
    units_find_selected(units);
    return true;
}

void units_select(struct units *units, size_t row)
{
    free(units->selected_name);
    units->selected_name = NULL;
    units->selected = row < units->count ? row : units->count == 0 ? 0 : units->count - 1;
    if (units->selected > 0)
        units->selected_name = strdup(units_name(&units->rows[units->selected]));
}

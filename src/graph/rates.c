/* Rates over a window. */
#include "graph/rates.h"

#include "base/clock.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A younger thing's counter divided by its age is mostly rounding. */
static const double age_least_s = 0.1;

static bool rates_room(struct rates *rates, size_t thing)
{
    if (thing < rates->thing_count)
        return true;
    if (!memory_grow(&rates->items, &rates->capacity, thing + 1, rates->column_count * sizeof *rates->items))
        return false;
    memset(rates->items + rates->thing_count * rates->column_count, 0,
           (thing + 1 - rates->thing_count) * rates->column_count * sizeof *rates->items);
    rates->thing_count = thing + 1;
    return true;
}

bool rates_add(struct rates *rates, size_t thing, const struct sample *sample, size_t row)
{
    if (!rates_room(rates, thing))
        return false;
    const struct table *table = &sample->tables[rates->table];
    double now_s = (double)sample->boottime_ns / NS_PER_S;
    struct rate *rate = rates->items + thing * rates->column_count;
    for (size_t i = 0; i < rates->column_count; i++, rate++) {
        const struct rate_column *column = &rates->columns[i];
        if (!table->known[column->column][row])
            continue;
        uint64_t value = table->cells[column->column][row];
        if (rate->sights == 0) {
            rate->last = value;
            rate->last_s = now_s;
        } else if (!column->level && value > rate->first) {
            rate->reset = true;
        }
        rate->first = value;
        rate->first_s = now_s;
        rate->sights++;
    }
    return true;
}

double rates_value(const struct rates *rates, size_t thing, size_t column, double start_s, double window_s)
{
    if (thing >= rates->thing_count)
        return NAN;
    const struct rate *rate = &rates->items[thing * rates->column_count + column];
    const struct rate_column *schema = &rates->columns[column];
    if (rate->sights == 0 || rate->reset)
        return NAN;
    double seconds = rate->last_s - rate->first_s;
    if (seconds > 0) {
        double change =
            rate->last >= rate->first ? (double)(rate->last - rate->first) : -(double)(rate->first - rate->last);
        return change * schema->scale / seconds;
    }
    double age_s = rate->last_s - start_s;
    if (schema->level || !(age_s >= 0 && age_s < window_s))
        return NAN;
    return (double)rate->last * schema->scale / fmax(age_s, age_least_s);
}

void rates_done(struct rates *rates)
{
    free(rates->items);
    rates->items = NULL;
    rates->thing_count = rates->capacity = 0;
}

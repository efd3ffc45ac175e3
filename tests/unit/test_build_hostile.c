/* graph: samples in which any column may hold anything. */
#include "graph/graph.h"
#include "tests/unit/graph_checks.h"
#include "tests/unit/hand_made.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* xorshift64: the same samples in every run. */
static uint64_t drawn(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Mostly small numbers, so that keys meet; sometimes anything. */
static uint64_t hostile_number(uint64_t *state)
{
    static const uint64_t edges[] = {0, 1, UINT32_MAX, UINT32_MAX - 1, INT32_MAX, INT64_MAX, UINT64_MAX, 1ULL << 63};
    switch (drawn(state) % 8) {
    case 0:
        return edges[drawn(state) % (sizeof edges / sizeof edges[0])];
    case 1:
        return drawn(state);
    case 2:
        return drawn(state) % 100000000000;
    default:
        return drawn(state) % 12;
    }
}

static void hostile_cell(struct sample *sample, enum table_kind kind, size_t row, size_t column, uint64_t *state)
{
    static const char *const texts[] = {"",         "/",          "/a",           "/dev/null", "/dev/x",
                                        "7:/a",     "\x1b[2J\n",  "\xff\xfe",     ":",         "a:99999",
                                        "[::1]:80", "1.2.3.4:80", "/a (deleted)", "%s%n"};
    struct table *table = &sample->tables[kind];
    double number;
    uint64_t bits;
    switch (table->schema->columns[column].type) {
    case COLUMN_U64:
        table_set_u64(table, row, column, hostile_number(state));
        break;
    case COLUMN_F64:
        bits = drawn(state) % 2 == 0 ? drawn(state) : 0x7ff0000000000000ULL + drawn(state) % 2;
        memcpy(&number, &bits, sizeof number);
        table_set_f64(table, row, column, number);
        break;
    case COLUMN_STRING: {
        const char *text = texts[drawn(state) % (sizeof texts / sizeof texts[0])];
        sample_set_string(sample, kind, row, column, text, strlen(text));
    }
    }
}

static struct sample *hostile_sample(uint64_t *state)
{
    struct sample *sample = sample_new();
    assert_non_null(sample);
    sample->boottime_ns = (int64_t)hostile_number(state);
    sample->time_ns = (int64_t)hostile_number(state);
    for (enum table_kind kind = 0; kind < TABLE_COUNT; kind++) {
        size_t rows = drawn(state) % 30;
        for (size_t row = 0; row < rows; row++) {
            made_row(sample, kind);
            for (size_t column = 0; column < sample_schema[kind].column_count; column++)
                if (drawn(state) % 5 != 0)
                    hostile_cell(sample, kind, row, column, state);
        }
    }
    return sample;
}

static void graph_is_sound(const struct graph *graph)
{
    for (uint32_t n = 0; n < graph->node_count; n++) {
        assert_int_equal(graph_find(graph, graph->nodes[n].id), n);
        assert_true((unsigned)graph->nodes[n].kind < NODE_KIND_COUNT);
        for (enum measure m = 0; m < MEASURE_COUNT; m++)
            assert_false(isinf(graph_measure(graph, n, m)));
    }
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        assert_true(edge->from < graph->node_count && edge->to < graph->node_count);
        assert_true(edge->on == NODE_NONE || edge->on < graph->node_count);
        assert_true((unsigned)edge->wait < WAIT_KIND_COUNT);
        assert_true(isfinite(edge->seconds) && edge->seconds >= 0);
        assert_true(isfinite(edge->total_s) && edge->total_s >= 0 && isfinite(edge->count));
        assert_true(edge->from != edge->to);
    }
}

static void hostile_samples_do_no_harm(void **state)
{
    (void)state;
    uint64_t seed = 20;
    for (size_t round = 0; round < 300; round++) {
        struct sample *samples[4];
        size_t count = 1 + drawn(&seed) % 4;
        for (size_t s = 0; s < count; s++)
            samples[s] = hostile_sample(&seed);
        struct window window = made_window(samples, count);
        struct graph *graph = checked_graph(&window);
        graph_is_sound(graph);
        graph_free(graph);
        made_window_done(&window);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_samples_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

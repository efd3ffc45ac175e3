/* graph: centrality against the values of networkx (tests/fixtures/betweenness.txt, made by betweenness.py). */
#include "graph/centrality.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* make check tells where the sources lie. */
static FILE *fixture_open(void)
{
    const char *sources = getenv("srcdir");
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/fixtures/betweenness.txt", sources == NULL ? "." : sources);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("cannot open %s", path);
    return file;
}

static struct graph *graph_of_size(size_t nodes)
{
    struct graph *graph = graph_new();
    assert_non_null(graph);
    for (size_t n = 0; n < nodes; n++) {
        char id[32];
        snprintf(id, sizeof id, "%zu", n);
        assert_int_equal(graph_node_add(graph, NODE_PROCESS, id, id, NULL), n);
    }
    return graph;
}

static void values_are(const char *graph, const char *what, size_t node, double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-9 * fmax(1e-3, fabs(expected))))
        fail_msg("%s: %s of node %zu is %.12g, not %.12g", graph, what, node, value, expected);
}

/* Reads one graph of the fixture and compares; false at its end. */
static bool next_graph_agrees(FILE *file)
{
    char name[64];
    size_t nodes, edges;
    if (fscanf(file, "graph %63s %zu %zu ", name, &nodes, &edges) != 3)
        return false;
    struct graph *graph = graph_of_size(nodes);
    for (size_t i = 0; i < edges; i++) {
        uint32_t from, to;
        assert_int_equal(fscanf(file, "%u %u ", &from, &to), 2);
        assert_non_null(graph_edge_add(graph, EDGE_OPENS, from, to));
    }
    double *between = calloc(nodes, sizeof *between), *degree = calloc(nodes, sizeof *degree);
    assert_true(graph_betweenness(graph, between, NULL));
    assert_true(graph_degree_centrality(graph, degree, NULL));
    for (size_t n = 0; n < nodes; n++) {
        double expected_between, expected_degree;
        assert_int_equal(fscanf(file, "%lf %lf ", &expected_between, &expected_degree), 2);
        values_are(name, "betweenness", n, between[n], expected_between);
        values_are(name, "degree centrality", n, degree[n], expected_degree);
    }
    free(between);
    free(degree);
    graph_free(graph);
    return true;
}

static void centrality_agrees_with_networkx(void **state)
{
    (void)state;
    FILE *file = fixture_open();
    size_t graphs = 0;
    while (next_graph_agrees(file))
        graphs++;
    assert_int_equal(graphs, 9);
    assert_true(feof(file));
    fclose(file);
}

static void graphs_without_paths_have_no_betweenness(void **state)
{
    (void)state;
    for (size_t nodes = 0; nodes < 3; nodes++) {
        struct graph *graph = graph_of_size(nodes);
        double values[3] = {-1, -1, -1};
        assert_true(graph_betweenness(graph, values, NULL));
        for (size_t n = 0; n < nodes; n++)
            assert_true(values[n] == 0);
        assert_true(graph_degree_centrality(graph, values, NULL));
        for (size_t n = 0; n < nodes; n++)
            assert_true(values[n] == 0);
        graph_free(graph);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(centrality_agrees_with_networkx),
        cmocka_unit_test(graphs_without_paths_have_no_betweenness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The difference of two graphs: what is in one and not in the other, by id. */
#include "graph/difference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static uint32_t node(struct graph *graph, enum node_kind kind, const char *id)
{
    uint32_t number = graph_node_add(graph, kind, id, id, NULL);
    assert_int_not_equal(number, NODE_NONE);
    return number;
}

static struct edge *edge(struct graph *graph, enum edge_kind kind, const char *from, const char *to)
{
    struct edge *added = graph_edge_add(graph, kind, graph_find(graph, from), graph_find(graph, to));
    assert_non_null(added);
    return added;
}

/* The moment before: a and old open /x, b is a child of a. */
static struct graph *before_make(void)
{
    struct graph *graph = graph_new();
    assert_non_null(graph);
    node(graph, NODE_PROCESS, "old");
    node(graph, NODE_PROCESS, "a");
    node(graph, NODE_PROCESS, "b");
    node(graph, NODE_FILE, "/x");
    edge(graph, EDGE_OPENS, "a", "/x");
    edge(graph, EDGE_OPENS, "old", "/x");
    edge(graph, EDGE_PARENT, "a", "b");
    assert_true(graph_finish(graph, NULL));
    return graph;
}

static struct graph *after_make(void)
{
    struct graph *graph = graph_new();
    assert_non_null(graph);
    node(graph, NODE_FILE, "/y");
    node(graph, NODE_FILE, "/x");
    node(graph, NODE_PROCESS, "b");
    node(graph, NODE_PROCESS, "a");
    node(graph, NODE_PROCESS, "new");
    node(graph, NODE_PROCESS, "newer");
    graph->nodes[node(graph, NODE_PROCESS, "gone")].exited = true;
    graph->nodes[node(graph, NODE_PROCESS, "self")].self = true;
    node(graph, NODE_FILE, "/own");
    edge(graph, EDGE_OPENS, "self", "/own");
    edge(graph, EDGE_PARENT, "a", "self");
    edge(graph, EDGE_PARENT, "a", "b");
    edge(graph, EDGE_OPENS, "b", "/x");
    edge(graph, EDGE_OPENS, "newer", "/x");
    edge(graph, EDGE_OPENS, "newer", "/y");
    edge(graph, EDGE_WAITS, "b", "new")->seconds = 2;
    edge(graph, EDGE_WAITS, "a", "new")->seconds = 7;
    edge(graph, EDGE_PARENT, "newer", "new");
    assert_true(graph_finish(graph, NULL));
    return graph;
}

static void node_is(const struct graph *graph, uint32_t number, const char *id)
{
    assert_string_equal(graph->nodes[number].id, id);
}

static void edge_is(const struct graph *graph, uint32_t number, const char *from, const char *to)
{
    node_is(graph, graph->edges[number].from, from);
    node_is(graph, graph->edges[number].to, to);
}

static void what_appeared_vanished_and_is_related_anew(void **state)
{
    (void)state;
    struct graph *before = before_make(), *after = after_make();
    struct difference difference;
    struct error error = {0};
    assert_true(graph_difference(before, after, &difference, &error));
    assert_int_equal(difference.appeared_count, 3);
    node_is(after, difference.appeared[0], "new"); /* processes first; both have three relations: by id */
    node_is(after, difference.appeared[1], "newer");
    node_is(after, difference.appeared[2], "/y");
    assert_int_equal(difference.vanished_count, 1);
    node_is(before, difference.vanished[0], "old");
    assert_int_equal(difference.kept_count, 3);
    for (size_t i = 0; i < difference.kept_count; i++)
        node_is(after, difference.kept[i].after, before->nodes[difference.kept[i].before].id);
    assert_int_equal(difference.edges_new_count, 3);
    edge_is(after, difference.edges_new[0], "a", "new"); /* waits, the longest first, also on what appeared */
    edge_is(after, difference.edges_new[1], "b", "new");
    edge_is(after, difference.edges_new[2], "b", "/x");
    assert_int_equal(difference.edges_gone_count, 1);
    edge_is(before, difference.edges_gone[0], "a", "/x");
    difference_done(&difference);
    graph_free(before);
    graph_free(after);
}

static void a_graph_does_not_differ_from_itself(void **state)
{
    (void)state;
    struct graph *graph = after_make();
    struct difference difference;
    assert_true(graph_difference(graph, graph, &difference, NULL));
    assert_int_equal(difference.appeared_count + difference.vanished_count, 0);
    assert_int_equal(difference.edges_new_count + difference.edges_gone_count, 0);
    difference_done(&difference);
    graph_free(graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_appeared_vanished_and_is_related_anew),
        cmocka_unit_test(a_graph_does_not_differ_from_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

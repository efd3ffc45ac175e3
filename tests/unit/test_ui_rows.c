/* ui: the rows of lists and the lines of the drill-down, without a terminal. */
#include "ui/list.h"
#include "ui/why.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const struct list_kind kind = {
    .title = "Processes", .node_kinds = COLUMN_BIT(NODE_PROCESS), .nothing = "", .sort = "cpu"};

/* Processes p0, p1, ... with the cpu given; NaN = unknown. */
static struct graph *host_make(const double *cpu, size_t count)
{
    struct graph *graph = graph_new();
    assert_non_null(graph);
    for (size_t i = 0; i < count; i++) {
        char id[32], label[64];
        snprintf(id, sizeof id, "%zu@1", i);
        snprintf(label, sizeof label, "p%zu[%zu]", i, i + 1);
        uint32_t node = graph_node_add(graph, NODE_PROCESS, id, label, NULL);
        graph->nodes[node].pid = (uint32_t)i + 1;
        graph_measure_set(graph, node, MEASURE_CPU_PCT, cpu[i]);
    }
    graph_node_add(graph, NODE_FILE, "file:/p1", "/p1", NULL);
    assert_true(graph_finish(graph, NULL));
    return graph;
}

static void rows_are(const struct list *list, const uint32_t *expected, size_t count)
{
    assert_int_equal(list->count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(list->nodes[i], expected[i]);
}
#define ROWS(list, ...) \
    rows_are(list, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void lists_sort_and_unknown_values_come_last(void **state)
{
    (void)state;
    struct graph *graph = host_make((double[]){5, NAN, 50, 5}, 4);
    struct list list;
    list_init(&list, &kind);
    assert_true(list_update(&list, graph, NULL, NULL));
    ROWS(&list, 2, 0, 3, 1);
    list.descending = false;
    assert_true(list_update(&list, graph, NULL, NULL));
    ROWS(&list, 0, 3, 2, 1);
    list_sort_by(&list, column_find("pid"));
    assert_true(list_update(&list, graph, NULL, NULL));
    ROWS(&list, 0, 1, 2, 3);
    list_done(&list);
    graph_free(graph);
}

static void a_steady_list_keeps_what_hardly_changes_in_its_place(void **state)
{
    (void)state;
    struct graph *before = host_make((double[]){50, 48, 10}, 3), *after = host_make((double[]){48, 53, 11}, 3);
    struct graph *later = host_make((double[]){48, 80, 11}, 3);
    struct list list;
    list_init(&list, &kind);
    list.steady = true;
    before->time_ns = 0;
    after->time_ns = 4000000000;
    later->time_ns = 5000000000;
    assert_true(list_update(&list, before, NULL, NULL));
    ROWS(&list, 0, 1, 2);
    assert_true(list_update(&list, after, NULL, NULL));
    ROWS(&list, 0, 1, 2);
    /* Nobody overtakes within three seconds. */
    assert_true(list_update(&list, later, NULL, NULL));
    ROWS(&list, 0, 1, 2);
    later->time_ns = 9000000000;
    assert_true(list_update(&list, later, NULL, NULL));
    ROWS(&list, 1, 0, 2);
    /* Who asks for an order gets it as it is. */
    assert_true(list_update(&list, before, NULL, NULL));
    list_sort_by(&list, column_find("cpu"));
    assert_true(list_update(&list, after, NULL, NULL));
    ROWS(&list, 1, 0, 2);
    list.steady = false;
    assert_true(list_update(&list, before, NULL, NULL));
    ROWS(&list, 0, 1, 2);
    list_done(&list);
    graph_free(before);
    graph_free(after);
    graph_free(later);
}

static void the_selection_follows_its_node_on_the_same_line(void **state)
{
    (void)state;
    enum { COUNT = 40 };
    double before[COUNT], after[COUNT];
    for (int i = 0; i < COUNT; i++) {
        before[i] = COUNT - i;
        after[i] = i;
    }
    struct graph *first = host_make(before, COUNT), *second = host_make(after, COUNT);
    struct list list;
    list_init(&list, &kind);
    assert_true(list_update(&list, first, NULL, NULL));
    list_select(&list, first, 5);
    list_scroll(&list, 10);
    assert_int_equal(list_node(&list), 5);
    assert_true(list_update(&list, second, NULL, NULL));
    list_scroll(&list, 10);
    assert_int_equal(list_node(&list), 5);
    assert_int_equal(list.selected, COUNT - 1 - 5);
    assert_int_equal(list.selected - list.top, 5);
    graph_free(first);
    graph_free(second);
    list_done(&list);
}

static void the_first_row_follows_nobody(void **state)
{
    (void)state;
    struct graph *first = host_make((double[]){9, 1}, 2), *second = host_make((double[]){1, 9}, 2);
    struct list list;
    list_init(&list, &kind);
    assert_true(list_update(&list, first, NULL, NULL));
    list_select(&list, first, 0);
    assert_true(list_update(&list, second, NULL, NULL));
    assert_int_equal(list.selected, 0);
    assert_int_equal(list_node(&list), 1);
    graph_free(first);
    graph_free(second);
    list_done(&list);
}

static void a_selected_node_that_is_gone_leaves_the_row(void **state)
{
    (void)state;
    struct graph *first = host_make((double[]){9, 8, 7, 6}, 4), *second = host_make((double[]){9, 8}, 2);
    struct list list;
    list_init(&list, &kind);
    assert_true(list_update(&list, first, NULL, NULL));
    list_select(&list, first, 99);
    assert_int_equal(list.selected, 3);
    assert_true(list_update(&list, second, NULL, NULL));
    assert_int_equal(list.selected, 1);
    struct graph *none = host_make(NULL, 0);
    assert_true(list_update(&list, none, NULL, NULL));
    assert_int_equal(list_node(&list), NODE_NONE);
    graph_free(first);
    graph_free(second);
    graph_free(none);
    list_done(&list);
}

static size_t filtered(const char *text)
{
    struct graph *graph = host_make((double[]){5, NAN, 50, 5}, 4);
    struct list list;
    struct error error;
    graph->nodes[2].unit = "nginx.service";
    graph_measure_set(graph, 0, MEASURE_RSS_BYTES, 3 * 1048576.0);
    graph_measure_set(graph, 3, MEASURE_BLOCKED_S, 2);
    list_init(&list, &kind);
    size_t count = SIZE_MAX;
    if (filter_set(&list.filter, text, &error) && list_update(&list, graph, NULL, NULL))
        count = list.count;
    list_done(&list);
    graph_free(graph);
    return count;
}

static void filters_ask_for_fields(void **state)
{
    (void)state;
    assert_int_equal(filtered(""), 4);
    assert_int_equal(filtered("cpu>=5"), 3);
    assert_int_equal(filtered("cpu>5"), 1);
    assert_int_equal(filtered("cpu<50%"), 2);
    assert_int_equal(filtered("cpu<=50 name:P"), 3);
    assert_int_equal(filtered("unit:NGINX cpu>40"), 1);
    assert_int_equal(filtered("unit:nginx cpu<40"), 0);
    assert_int_equal(filtered("unit=nginx"), 0);
    assert_int_equal(filtered("memory>2M"), 1);
    assert_int_equal(filtered("memory>4M"), 0);
    assert_int_equal(filtered("waits>1500ms"), 1);
    assert_int_equal(filtered("pid=3"), 1);
    assert_int_equal(filtered("cpu>1 p3"), 1);
    assert_int_equal(filtered("p3["), 1);
    assert_int_equal(filtered("\"name:p\""), 0);
    assert_int_equal(filtered("cpu>"), SIZE_MAX);
    assert_int_equal(filtered("cpu>5x"), SIZE_MAX);
    assert_int_equal(filtered("colour:red"), SIZE_MAX);
    assert_int_equal(filtered("name>5"), SIZE_MAX);
}

static void trees_hang_children_below_parents_and_survive_circles(void **state)
{
    (void)state;
    struct graph *graph = graph_new();
    for (int i = 0; i < 6; i++) {
        char id[8];
        snprintf(id, sizeof id, "%d@1", i);
        graph_node_add(graph, NODE_PROCESS, id, id, NULL);
        graph_measure_set(graph, (uint32_t)i, MEASURE_CPU_PCT, i);
    }
    static const uint32_t parents[][2] = {{0, 1}, {0, 2}, {1, 3}, {4, 5}, {5, 4}};
    for (size_t i = 0; i < sizeof parents / sizeof parents[0]; i++)
        graph_edge_add(graph, EDGE_PARENT, parents[i][0], parents[i][1]);
    assert_true(graph_finish(graph, NULL));
    struct list list;
    list_init(&list, &kind);
    list.tree_kind = &kind;
    assert_true(list_update(&list, graph, NULL, NULL));
    ROWS(&list, 0, 2, 1, 3, 5, 4);
    char prefix[64];
    assert_string_equal(list_tree_prefix(prefix, sizeof prefix, &list.branches[0]), "");
    assert_string_equal(list_tree_prefix(prefix, sizeof prefix, &list.branches[1]), "├─");
    assert_string_equal(list_tree_prefix(prefix, sizeof prefix, &list.branches[2]), "└─");
    assert_string_equal(list_tree_prefix(prefix, sizeof prefix, &list.branches[3]), "  └─");
    list_done(&list);
    graph_free(graph);
}

static void filter_and_search_do_not_mind_letter_case(void **state)
{
    (void)state;
    struct graph *graph = host_make((double[]){4, 3, 2, 1}, 4);
    struct list list;
    list_init(&list, &kind);
    assert_true(filter_set(&list.filter, "P2", NULL));
    assert_true(list_update(&list, graph, NULL, NULL));
    ROWS(&list, 2);
    assert_int_equal(list.all, 4);
    assert_true(filter_set(&list.filter, "", NULL));
    assert_true(list_update(&list, graph, NULL, NULL));
    snprintf(list.search, sizeof list.search, "P");
    assert_true(list_search(&list, graph, 3));
    assert_int_equal(list.selected, 3);
    assert_true(list_search(&list, graph, 4));
    assert_int_equal(list.selected, 0);
    snprintf(list.search, sizeof list.search, "nobody");
    assert_false(list_search(&list, graph, 0));
    assert_int_equal(list.selected, 0);
    graph_free(graph);
    list_done(&list);
}

static void columns_fill_the_screen_and_never_overlap(void **state)
{
    (void)state;
    struct list_kind all = kind;
    all.extra[0] = "user";
    all.extra[1] = "threads";
    for (int width = 80; width <= 400; width++) {
        struct list_column shown[LIST_SHOWN_MAX];
        const struct list list = {.kind = &all, .flat_kind = &all};
        size_t count = list_layout(&list, width, shown);
        assert_true(count > 4);
        for (size_t i = 0; i < count; i++) {
            assert_true(shown[i].width > 0);
            assert_true(shown[i].at + shown[i].width <= width);
            assert_true(i == 0 || shown[i].at > shown[i - 1].at + shown[i - 1].width);
        }
    }
}

static void columns_are_chosen_by_name_and_by_turns(void **state)
{
    (void)state;
    struct list list;
    struct list_column shown[LIST_SHOWN_MAX];
    struct error error;
    char names[LIST_CHOSEN_BYTES];
    list_init(&list, &kind);
    assert_false(list_choose(&list, "pid nonsense", &error));
    assert_false(list_choose(&list, "pid rtt local", &error));
    assert_string_equal(list_chosen(&list, names, sizeof names), "");
    assert_true(list_choose(&list, " pid  cpu command ", &error));
    assert_int_equal(list_layout(&list, 80, shown), 3);
    assert_true(list_choose_toggle(&list, column_find("cpu")));
    assert_true(list_choose_toggle(&list, column_find("user")));
    assert_string_equal(list_chosen(&list, names, sizeof names), "pid user command");
    assert_true(list_choose_toggle(&list, column_find("pid")));
    assert_true(list_choose_toggle(&list, column_find("user")));
    assert_false(list_choose_toggle(&list, column_find("command")));
    assert_true(list_choose(&list, "", &error));
    assert_true(list_layout(&list, 80, shown) > 3);
    /* What has no room is left out from the right. */
    assert_true(
        list_choose(&list, "pid name unit read write age descriptors threads blocked waiters cpu memory", &error));
    size_t count = list_layout(&list, 80, shown);
    assert_true(count < 12 && shown[count - 1].at + shown[count - 1].width <= 80);
    list_done(&list);
}

/* p1 waits for p0, on the file; p0 is the parent of p1. */
static struct graph *waiting_make(void)
{
    struct graph *graph = host_make((double[]){0, 0}, 2);
    struct edge *edge = graph_edge_add(graph, EDGE_PARENT, 0, 1);
    edge = graph_edge_add(graph, EDGE_WAITS, 1, 0);
    *edge =
        (struct edge){.kind = EDGE_WAITS, .from = 1, .to = 0, .on = 2, .seconds = 4, .at_least = true, .ongoing = true};
    assert_true(graph_finish(graph, NULL));
    return graph;
}

static const struct why_line *line_find(const struct why *why, const char *label)
{
    for (size_t i = 0; i < why->line_count; i++)
        if (why->lines[i].label != NULL && strcmp(why->lines[i].label, label) == 0)
            return &why->lines[i];
    return NULL;
}

static void why_tells_evidence_blame_and_relations(void **state)
{
    (void)state;
    struct graph *graph = waiting_make();
    struct evidence held = {.feature = "lock_held", .label = "lock held", .unit = "s", .observed = 4, .share = 1};
    struct blame_step step = {.from = 1, .to = 0, .on = 2, .by = WAIT_LOCK, .seconds = 4};
    struct suspect suspect = {.node = 0, .score = 1, .why = &held, .why_count = 1, .path = &step, .path_count = 1};
    struct verdict verdict = {.suspects = &suspect, .suspect_count = 1};
    struct why why = {0};
    assert_true(why_enter(&why, graph, 0));
    assert_true(why_build(&why, graph, &verdict, NULL, NULL));
    const struct why_line *evidence = line_find(&why, "lock held");
    assert_non_null(evidence);
    assert_string_equal(evidence->text, "4.0 s");
    const struct why_line *blame = line_find(&why, "p1[2]");
    assert_non_null(blame);
    assert_string_equal(blame->text, "lock /p1 4.0 s");
    assert_int_equal(blame->target, 1);
    const struct why_line *waited = line_find(&why, "waited for by");
    assert_non_null(waited);
    assert_string_equal(waited->other, "at least 4.0 s, still, /p1");
    assert_non_null(line_find(&why, "parent of"));
    why_done(&why);
    graph_free(graph);
}

static void why_goes_in_and_comes_back(void **state)
{
    (void)state;
    struct graph *graph = waiting_make();
    struct why why = {0};
    for (uint32_t i = 0; i < 3 * WHY_DEPTH; i++)
        assert_true(why_enter(&why, graph, i % 2));
    assert_int_equal(why.step_count, WHY_DEPTH);
    assert_true(why_build(&why, graph, NULL, NULL, NULL));
    assert_int_equal(why.node, 1);
    assert_true(why_leave(&why));
    assert_true(why_build(&why, graph, NULL, NULL, NULL));
    assert_int_equal(why.node, 0);
    why_leave_all(&why);
    assert_false(why_leave(&why));
    why_done(&why);
    graph_free(graph);
}

static void why_of_a_node_that_is_gone_is_empty(void **state)
{
    (void)state;
    struct graph *graph = waiting_make(), *other = host_make(NULL, 0);
    struct why why = {0};
    assert_true(why_enter(&why, graph, 0));
    assert_true(why_build(&why, other, NULL, NULL, NULL));
    assert_int_equal(why.node, NODE_NONE);
    assert_int_equal(why.line_count, 0);
    why_done(&why);
    graph_free(graph);
    graph_free(other);
}

static void the_selected_line_is_found_again(void **state)
{
    (void)state;
    struct graph *graph = waiting_make();
    struct why why = {0};
    assert_true(why_enter(&why, graph, 0));
    assert_true(why_build(&why, graph, NULL, NULL, NULL));
    why_select(&why, (size_t)(line_find(&why, "parent of") - why.lines));
    struct evidence more[3] = {{.label = "a", .unit = ""}, {.label = "b", .unit = ""}, {.label = "c", .unit = ""}};
    struct suspect suspect = {.node = 0, .why = more, .why_count = 3};
    struct verdict verdict = {.suspects = &suspect, .suspect_count = 1};
    assert_true(why_build(&why, graph, &verdict, NULL, NULL));
    assert_string_equal(why.lines[why_here(&why)->selected].label, "parent of");
    why_done(&why);
    graph_free(graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_sort_and_unknown_values_come_last),
        cmocka_unit_test(a_steady_list_keeps_what_hardly_changes_in_its_place),
        cmocka_unit_test(the_selection_follows_its_node_on_the_same_line),
        cmocka_unit_test(the_first_row_follows_nobody),
        cmocka_unit_test(a_selected_node_that_is_gone_leaves_the_row),
        cmocka_unit_test(filters_ask_for_fields),
        cmocka_unit_test(trees_hang_children_below_parents_and_survive_circles),
        cmocka_unit_test(filter_and_search_do_not_mind_letter_case),
        cmocka_unit_test(columns_fill_the_screen_and_never_overlap),
        cmocka_unit_test(columns_are_chosen_by_name_and_by_turns),
        cmocka_unit_test(why_tells_evidence_blame_and_relations),
        cmocka_unit_test(why_goes_in_and_comes_back),
        cmocka_unit_test(why_of_a_node_that_is_gone_is_empty),
        cmocka_unit_test(the_selected_line_is_found_again),
    };
    return cmocka_run_group_tests_name("ui rows", tests, NULL, NULL);
}

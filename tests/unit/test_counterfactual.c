/* judge: explanations are true. Of every stored fault the first suspect's strongest evidence is taken away, the feature
 * set to what it should be or the waits removed, and the window is judged again: the suspect's score must fall. */
#include "cursor/cursor.h"
#include "evaluate/label.h"
#include "judge/judge.h"
#include "record/recording.h"
#include "tests/unit/rounds.h"

#include <glob.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define WINDOW_NS 5000000000LL

static struct graph *graph_at(struct cursor *cursor, int64_t time_ns)
{
    struct window window = {0};
    struct error error = {0};
    if (!cursor_window(cursor, cursor_seek(cursor, time_ns), WINDOW_NS, &window, &error))
        fail_msg("%s", error.text);
    struct graph *graph = graph_build(&window, &error);
    window_done(&window);
    if (graph == NULL)
        fail_msg("%s", error.text);
    return graph;
}

/* Nobody waits for the node, or on it, any more, and it waits for nobody. */
static void waits_remove(struct graph *graph, uint32_t node)
{
    for (size_t i = 0; i < graph->edge_count; i++) {
        struct edge *edge = &graph->edges[i];
        if (edge->kind == EDGE_WAITS && (edge->to == node || edge->from == node || edge->on == node))
            edge->seconds = edge->total_s = 0;
    }
}

static void files_stop_growing(struct graph *graph, uint32_t node)
{
    for (size_t i = 0; i < graph->edge_count; i++)
        if (graph->edges[i].kind == EDGE_OPENS && graph->edges[i].from == node)
            graph_measure_set(graph, graph->edges[i].to, MEASURE_SIZE_GROWTH_BPS, 0);
}

/* What evidence of another name than its measure is taken from. */
static const struct {
    const char *feature;
    enum measure measure;
} sources[] = {{"cpu_rise", MEASURE_CPU_PCT},
               {"read_rise", MEASURE_READ_BPS},
               {"write_rise", MEASURE_WRITE_BPS},
               {"memory_growth", MEASURE_RSS_GROWTH_BPS},
               {"descriptors_growth", MEASURE_DESCRIPTORS_GROWTH_PS},
               {"threads_growth", MEASURE_THREADS_GROWTH_PS},
               {"throttled", MEASURE_THROTTLED_OWN}};

/* False: the evidence is of a kind that cannot be taken out of a graph. */
static bool evidence_take_away(struct graph *graph, uint32_t node, const struct evidence *evidence)
{
    static const char *const of_waits[] = {"lock_held", "lock_wait", "waited_for", "waiters", "blocked"};
    double expected = isfinite(evidence->expected) ? evidence->expected : 0;
    for (size_t i = 0; i < sizeof of_waits / sizeof of_waits[0]; i++)
        if (strcmp(evidence->feature, of_waits[i]) == 0) {
            waits_remove(graph, node);
            return true;
        }
    if (strcmp(evidence->feature, "stopped") == 0) {
        graph->nodes[node].state = 'S';
        return true;
    }
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
        if (strcmp(evidence->feature, sources[i].feature) == 0) {
            double now = (double)graph_measure(graph, node, sources[i].measure);
            graph_measure_set(graph, node, sources[i].measure, now - (evidence->observed - expected));
            return true;
        }
    /* What the faults cost goes with them. */
    if (strcmp(evidence->feature, "major_faults") == 0) {
        graph_measure_set(graph, node, MEASURE_MAJOR_FAULTS_PS, expected);
        graph_measure_set(graph, node, MEASURE_READ_BPS, 0);
        graph_measure_set(graph, node, MEASURE_CPU_PCT, 0);
        return true;
    }
    if (strcmp(evidence->feature, "size_growth") == 0 && graph->nodes[node].kind == NODE_PROCESS) {
        files_stop_growing(graph, node);
        return true;
    }
    for (size_t m = 0; m < MEASURE_COUNT; m++)
        if (strcmp(evidence->feature, measures[m].name) == 0) {
            graph_measure_set(graph, node, (enum measure)m, 0.99 * expected); /* a limit itself is no more normal */
            return true;
        }
    return false;
}

static struct verdict *judged(const struct graph *graph, const struct model *model)
{
    struct error error = {0};
    struct verdict *verdict = verdict_new(graph, model, &(struct judge_options){.suspects_max = 1000}, &error);
    if (verdict == NULL)
        fail_msg("%s", error.text);
    return verdict;
}

struct tally {
    size_t tried, rank_falls;
};

static void case_try(struct cursor *cursor, const char *name, int64_t end_ns, const struct model *model,
                     struct tally *tally)
{
    struct graph *graph = graph_at(cursor, end_ns);
    struct verdict *before = judged(graph, model);
    assert_true(before->suspect_count > 0 && before->suspects[0].why_count > 0);
    uint32_t node = before->suspects[0].node;
    const struct evidence *evidence = &before->suspects[0].why[0];
    if (evidence_take_away(graph, node, evidence)) {
        struct verdict *after = judged(graph, model);
        const struct suspect *suspect = verdict_suspect(after, node);
        double score = suspect == NULL ? 0 : suspect->score;
        if (!(score < before->suspects[0].score - 1e-6))
            fail_msg("%s: without \"%s\" the score of %s stays at %.3f", name, evidence->feature,
                     graph->nodes[node].label, score);
        tally->tried++;
        tally->rank_falls += suspect == NULL || suspect != &after->suspects[0];
        verdict_free(after);
    }
    verdict_free(before);
    graph_free(graph);
}

static void file_try(const char *path, const struct model *model, struct tally *tally)
{
    struct error error = {0};
    char recording_path[4096];
    struct label *label = label_read(path, &error);
    if (label == NULL)
        fail_msg("%s", error.text);
    int stem = (int)(strlen(path) - strlen(".label.json"));
    snprintf(recording_path, sizeof recording_path, "%.*s.culprit", stem, path);
    if (label->class_name != NULL) {
        struct recording *recording = recording_open(recording_path, &error);
        struct cursor *cursor = recording == NULL ? NULL : cursor_recording_new(recording, &error);
        if (cursor == NULL)
            fail_msg("%s", error.text);
        case_try(cursor, path, label->end_ns, model, tally);
        cursor_free(cursor);
        recording_close(recording, NULL);
    }
    label_free(label);
}

static void without_its_strongest_evidence_a_suspect_falls(void **state)
{
    (void)state;
    const char *source_tree = getenv("srcdir");
    char pattern[4096];
    glob_t found;
    struct tally tally = {0};
    struct model *model = model_bundled(NULL);
    assert_non_null(model);
    snprintf(pattern, sizeof pattern, "%s/tests/faults/recordings/*.label.json",
             source_tree == NULL ? "." : source_tree);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i += rounds_step())
        file_try(found.gl_pathv[i], model, &tally);
    print_message("%zu explanations tried: the score fell in all, the first rank was lost in %zu\n", tally.tried,
                  tally.rank_falls);
    assert_true(tally.tried * rounds_step() >= 40);
    assert_true(tally.rank_falls * 10 >= tally.tried * 6);
    globfree(&found);
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(without_its_strongest_evidence_a_suspect_falls)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

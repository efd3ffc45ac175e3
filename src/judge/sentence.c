/* Which sentence it is, and those about symptoms other than waits and about nothing. */
#include "judge/sentence.h"

#include "base/quantity.h"
#include "base/units.h"
#include "judge/growth.h"
#include "judge/space.h"
#include "judge/suspect.h"
#include "judge/words.h"

#include <math.h>
#include <stdio.h>

/* From this score on, the most unusual node is named although nothing is wrong. */
#define UNUSUAL_SCORE 0.3
/* And from this one on before anything else, if others wait for it. */
#define NOTABLE_SCORE 0.6

static void count_append(struct buffer *out, const char *before, uint64_t count, const char *one, const char *many)
{
    char number[32];
    buffer_printf(out, "%s%s %s", before, count_format(number, sizeof number, count), count == 1 ? one : many);
}

static void seen_append(struct buffer *out, const struct graph *graph)
{
    uint64_t processes = 0, sockets = 0;
    for (size_t n = 0; n < graph->node_count; n++) {
        processes += graph->nodes[n].kind == NODE_PROCESS;
        sockets += graph->nodes[n].kind == NODE_SOCKET;
    }
    const struct sample *sample = graph->sample;
    uint64_t descriptors = sample == NULL ? 0 : sample->tables[TABLE_DESCRIPTOR].rows;
    uint64_t unread = sample == NULL ? 0 : sample_unread_count(sample, NULL);
    count_append(out, "", processes, "process", "processes");
    if (descriptors > 0)
        count_append(out, ", ", descriptors, "descriptor", "descriptors");
    count_append(out, " and ", sockets, "socket", "sockets");
    buffer_string(out, " looked at");
    if (unread > 0)
        count_append(out, ", ", unread, "not readable", "not readable");
    buffer_string(out, ".");
}

static void suspect_append(struct buffer *out, const struct graph *graph, const struct suspect *suspect)
{
    if (sentence_of_deed(graph, suspect, out))
        return;
    words_label(out, graph->nodes[suspect->node].label);
    if (suspect->summary[0] != '\0')
        buffer_printf(out, ": %s", suspect->summary);
}

/* Who keeps others waiting for long is told first: it may be by design, and it may be what the reader came for. */
static void sentence_of_nothing(struct judgement *judgement, const struct verdict *verdict, struct buffer *out)
{
    double score = verdict->suspect_count > 0 ? verdict->suspects[0].score : 0;
    struct buffer unusual = {0};
    bool waits = score >= UNUSUAL_SCORE && sentence_of_wait(judgement, verdict->suspects[0].node, &unusual);
    if (score >= UNUSUAL_SCORE && !waits) {
        suspect_append(&unusual, judgement->graph, &verdict->suspects[0]);
        buffer_string(&unusual, ".");
    }
    if (waits && score >= NOTABLE_SCORE) {
        buffer_printf(out, "No alarm. Most unusual: %s ", buffer_text(&unusual));
        seen_append(out, judgement->graph);
    } else {
        buffer_string(out, "Nothing stands out. ");
        seen_append(out, judgement->graph);
        if (score >= UNUSUAL_SCORE)
            buffer_printf(out, " Most unusual: %s", buffer_text(&unusual));
    }
    buffer_done(&unusual);
}

static bool space_append(struct buffer *out, const struct graph *graph, uint32_t filesystem, struct error *error)
{
    struct space_use use;
    if (!space_use_find(graph, filesystem, &use, error))
        return false;
    char amount[32];
    if (use.writer != NODE_NONE) {
        buffer_string(out, "; ");
        words_label(out, graph->nodes[use.writer].label);
        buffer_printf(out, " has written %s lately (%s/s)",
                      use.writer_bps * 2 >= use.growth_bps ? "most of it" : "the most to it",
                      bytes_format(amount, sizeof amount, use.writer_bps));
    } else if (use.file != NODE_NONE) {
        buffer_string(out, "; the largest open file on it is ");
        words_label(out, graph->nodes[use.file].label);
        buffer_printf(out, " (%s)", bytes_format(amount, sizeof amount, use.file_bytes));
        if (use.opener != NODE_NONE) {
            buffer_string(out, ", open in ");
            words_label(out, graph->nodes[use.opener].label);
        }
    }
    return true;
}

static uint32_t user_find(const struct graph *graph, enum measure measure, double *most)
{
    uint32_t user = NODE_NONE;
    *most = 0;
    for (uint32_t n = 0; n < graph->node_count; n++) {
        double value = graph_measure(graph, n, measure);
        if (graph->nodes[n].kind != NODE_PROCESS || graph->nodes[n].self || !(value > *most))
            continue;
        user = n;
        *most = value;
    }
    return user;
}

/* Who may be behind a shortage: the first process of the ranking that stands out, else who uses most of it. */
static void cause_append(struct buffer *out, const struct graph *graph, const struct verdict *verdict,
                         const struct symptom_rule *rule)
{
    for (size_t i = 0; i < verdict->suspect_count && verdict->suspects[i].score >= UNUSUAL_SCORE; i++) {
        if (graph->nodes[verdict->suspects[i].node].kind != NODE_PROCESS)
            continue;
        buffer_string(out, "; most unusual: ");
        suspect_append(out, graph, &verdict->suspects[i]);
        return;
    }
    double most;
    uint32_t user = rule->user == MEASURE_COUNT ? NODE_NONE : user_find(graph, rule->user, &most);
    if (user == NODE_NONE)
        return;
    struct buffer label = {0};
    char amount[48];
    words_label(&label, graph->nodes[user].label);
    const struct word words[] = {{"user", buffer_text(&label)},
                                 {"value", quantity_words(amount, sizeof amount, most, measures[rule->user].unit)}};
    buffer_string(out, "; ");
    words_expand(out, rule->user_words, words, sizeof words / sizeof words[0]);
    buffer_done(&label);
}

static void quota_append(struct buffer *out, const struct graph *graph, uint32_t node)
{
    char time[32], window[32];
    double window_s = graph->window_s, share = (double)graph_measure(graph, node, MEASURE_THROTTLED);
    buffer_printf(
        out, " (%.0f %% of a cpu): throttled %s of %s", (double)graph_measure(graph, node, MEASURE_CPU_QUOTA_PCT),
        duration_format(time, sizeof time, share * window_s), duration_format(window, sizeof window, window_s));
}

/* "The kernel killed api[900] for lack of memory in app.service; loader[77] had taken 30 MB/s". */
static void sentence_of_kill(const struct judgement *judgement, struct buffer *out)
{
    const struct memory_kill *kill = &judgement->memory_kill;
    const struct graph *graph = judgement->graph;
    char amount[32];
    buffer_string(out, "The kernel killed ");
    words_label(out, graph->nodes[kill->victim].label);
    if (kill->victims > 1)
        buffer_printf(out, " and %zu other%s", kill->victims - 1, kill->victims > 2 ? "s" : "");
    buffer_string(out, " for lack of memory");
    if (kill->group != NULL) {
        buffer_string(out, " in ");
        words_label(out, kill->group);
    }
    if (kill->growth_bps > 0) {
        buffer_string(out, "; ");
        words_label(out, kill->grower == kill->victim ? "it" : graph->nodes[kill->grower].label);
        buffer_printf(out, " had taken %s/s", bytes_format(amount, sizeof amount, kill->growth_bps));
    }
    buffer_string(out, ".");
}

/* " in app.service; loader[77] has 85 MB of it" */
static void squeeze_append(const struct judgement *judgement, struct buffer *out)
{
    const struct memory_kill *kill = &judgement->memory_kill;
    char amount[32];
    if (kill->group != NULL) {
        buffer_string(out, " in ");
        words_label(out, kill->group);
    }
    if (kill->grower == NODE_NONE || kill->grower_bytes == 0)
        return;
    buffer_string(out, "; ");
    words_label(out, judgement->graph->nodes[kill->grower].label);
    buffer_printf(out, " has %s of it", bytes_format(amount, sizeof amount, kill->grower_bytes));
}

/* "descriptors opened and kept 20/s" */
static void growth_words(const struct graph *graph, uint32_t node, char *words, size_t size)
{
    double rate, strength;
    char amount[48];
    size_t rule = growth_of_node(graph, node, &rate, &strength);
    if (rule == GROWTH_RULES)
        return;
    quantity_words(amount, sizeof amount, rate, measures[growth_rules[rule].measure].unit);
    snprintf(words, size, "%s %s", growth_rules[rule].label, amount);
}

static bool sentence_of_symptom(const struct judgement *judgement, const struct verdict *verdict,
                                enum symptom_kind kind, struct buffer *out, struct error *error)
{
    const struct graph *graph = judgement->graph;
    const struct symptom_rule *rule = &symptom_rules[kind];
    const struct symptom *symptom = &judgement->symptoms.worst[kind];
    if (kind == SYMPTOM_KILLED && judgement->memory_kill.victim != NODE_NONE && !judgement->memory_kill.squeezed) {
        sentence_of_kill(judgement, out);
        return true;
    }
    struct buffer label = {0};
    char value[96], share[16];
    words_label(&label, graph->nodes[symptom->node].label);
    if (kind == SYMPTOM_GROWTH)
        growth_words(graph, symptom->node, value, sizeof value);
    else
        quantity_words(value, sizeof value, symptom->value, measures[rule->measure].unit);
    snprintf(share, sizeof share, "%.0f %%", 100 * fmin(1, symptom->value));
    const char *quota_group = graph->nodes[symptom->node].quota_group;
    struct buffer group = {0};
    words_label(&group, quota_group == NULL ? "its control group" : quota_group);
    const struct word words[] = {
        {"who", buffer_text(&label)}, {"value", value}, {"share", share}, {"group", buffer_text(&group)}};
    words_expand(out, rule->words, words, sizeof words / sizeof words[0]);
    bool written = true;
    if (kind == SYMPTOM_SPACE)
        written = space_append(out, graph, symptom->node, error);
    else if (kind == SYMPTOM_SQUEEZE)
        squeeze_append(judgement, out);
    else if (kind == SYMPTOM_THROTTLED)
        quota_append(out, graph, symptom->node);
    else if (rule->shortage)
        cause_append(out, graph, verdict, rule);
    buffer_string(out, ".");
    out->failed |= label.failed || group.failed;
    buffer_done(&group);
    buffer_done(&label);
    return written;
}

/* The waits' sentence about the suspect of this rank. */
static bool sentence_of_suspect(struct judgement *judgement, const struct verdict *verdict, size_t rank,
                                struct buffer *out)
{
    if (rank >= verdict->suspect_count)
        return false;
    uint32_t node = verdict->suspects[rank].node;
    return sentence_of_circle(judgement, node, out) || sentence_of_wait(judgement, node, out);
}

static void sentence_of_waiter(const struct judgement *judgement, struct buffer *out)
{
    words_label(out, judgement->graph->nodes[judgement->symptoms.worst[SYMPTOM_WAIT].node].label);
    buffer_string(out, " waits longer than is normal.");
}

/* The first suspect's, when somebody waits for it; else that of the first symptom that is no wait; else about whoever
 * is waited for, in the order of rank. */
static bool sentence_of_anomaly(struct judgement *judgement, const struct verdict *verdict, struct buffer *out,
                                struct error *error)
{
    bool waits = judgement->symptoms.worst[SYMPTOM_WAIT].node != NODE_NONE;
    if (waits && sentence_of_suspect(judgement, verdict, 0, out))
        return true;
    for (int kind = SYMPTOM_WAIT + 1; kind < SYMPTOM_KIND_COUNT; kind++)
        if (judgement->symptoms.worst[kind].node != NODE_NONE)
            return sentence_of_symptom(judgement, verdict, (enum symptom_kind)kind, out, error);
    for (size_t rank = 1; rank < verdict->suspect_count; rank++)
        if (sentence_of_suspect(judgement, verdict, rank, out))
            return true;
    sentence_of_waiter(judgement, out);
    return true;
}

bool sentence_write(struct judgement *judgement, struct verdict *verdict, struct error *error)
{
    struct buffer out = {0};
    bool written = true;
    if (judgement->symptoms.any)
        written = sentence_of_anomaly(judgement, verdict, &out, error);
    else
        sentence_of_nothing(judgement, verdict, &out);
    if (written) {
        verdict->sentence = out.failed ? NULL : arena_copy(judgement->arena, buffer_text(&out), out.length);
        written = verdict->sentence != NULL || error_memory(error);
    }
    buffer_done(&out);
    return written;
}

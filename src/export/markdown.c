/* A report for the postmortem. */
#include "base/quantity.h"
#include "base/text.h"
#include "base/units.h"
#include "export/export.h"
#include "export/phrase.h"

#include <math.h>
#include <string.h>

enum { STEPS_MAX = 20, MOMENTS_MAX = 100, FENCE_MIN = 3 };

/* Clean text in which Markdown finds nothing to obey. */
static void plain_append(struct buffer *out, const char *raw)
{
    struct buffer clean = {0};
    text_clean(&clean, raw, strlen(raw));
    for (const char *at = buffer_text(&clean); *at != '\0'; at++) {
        bool link = at[0] == ':' && at[1] == '/';
        if (link || strchr("\\`*_{}[]<>#|~&!@$", *at) != NULL)
            buffer_string(out, "\\");
        buffer_append(out, at, 1);
    }
    out->failed |= clean.failed;
    buffer_done(&clean);
}

static void fact_begin(struct buffer *out, const char *name)
{
    buffer_printf(out, "| %s | ", name);
}

static void fact_append(struct buffer *out, const char *name, const char *raw)
{
    if (raw == NULL || raw[0] == '\0')
        return;
    fact_begin(out, name);
    plain_append(out, raw);
    buffer_string(out, " |\n");
}

static void times_append(const struct export_input *input, struct buffer *out)
{
    char utc[40], local[40], window[32];
    const struct graph *graph = input->graph;
    fact_append(out, "Time", iso_format(utc, sizeof utc, graph->time_ns));
    if (input->utc_offset_s != 0)
        fact_append(out, "On the host's clock", date_format(local, sizeof local, graph->time_ns, input->utc_offset_s));
    fact_append(out, "Window",
                input->verdict->window_s > 0 ? phrase_window(window, sizeof window, input->verdict->window_s)
                                             : "a single sample: no rates");
}

static void facts_append(const struct export_input *input, struct buffer *out)
{
    const struct verdict *verdict = input->verdict;
    buffer_string(out, "| | |\n| --- | --- |\n");
    fact_append(out, "Host", phrase_host(input->graph));
    times_append(input, out);
    fact_append(out, "Sources", export_sources(input->graph->sample));
    if (input->model != NULL)
        fact_append(out, "Model", model_name(input->model));
    fact_begin(out, "Anomalous");
    buffer_string(out, verdict->anomalous ? "yes" : "no");
    if (isfinite(verdict->p))
        buffer_printf(out, ", p %.3g", verdict->p);
    buffer_string(out, verdict->calibrated ? " |\n" : "; uncalibrated: a ranking, not an alarm |\n");
    if (isfinite(verdict->score) && isfinite(verdict->threshold)) {
        fact_begin(out, "Score of the window");
        buffer_printf(out, "%.3g (threshold %.3g) |\n", verdict->score, verdict->threshold);
    }
}

static void moments_append(const struct export_input *input, struct buffer *out)
{
    char from[32], to[32];
    if (input->moment_count > 0)
        buffer_string(out, "\n## Time line\n\n| from | to | what |\n| --- | --- | --- |\n");
    for (size_t i = 0; i < input->moment_count && i < MOMENTS_MAX; i++) {
        const struct export_moment *moment = &input->moments[i];
        clock_format(from, sizeof from, moment->from_ns, input->utc_offset_s);
        clock_format(to, sizeof to, moment->to_ns, input->utc_offset_s);
        buffer_printf(out, "| %s | %s | %s", from, strcmp(from, to) == 0 ? "" : to, moment->verdict ? "**" : "");
        plain_append(out, moment->text);
        buffer_string(out, moment->verdict ? "** |\n" : " |\n");
    }
    if (input->moment_count > MOMENTS_MAX)
        buffer_printf(out, "\nand %zu more\n", input->moment_count - MOMENTS_MAX);
}

static void ranking_append(const struct export_input *input, struct buffer *out, size_t count)
{
    buffer_string(out,
                  "\n## Suspects\n\n| # | score | kind | who | unit | why |\n| --: | --: | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < count; i++) {
        const struct suspect *suspect = &input->verdict->suspects[i];
        const struct node *node = &input->graph->nodes[suspect->node];
        buffer_printf(out, "| %zu | %.2f | %s | ", i + 1, suspect->score, node_kinds[node->kind].name);
        plain_append(out, node->label);
        buffer_string(out, " | ");
        plain_append(out, node->unit == NULL ? "" : node->unit);
        buffer_string(out, " | ");
        plain_append(out, suspect->summary == NULL ? "" : suspect->summary);
        buffer_string(out, " |\n");
    }
}

static void evidence_append(const struct suspect *suspect, struct buffer *out)
{
    if (suspect->why_count > 0)
        buffer_string(out, "\n| why | observed | expected | share |\n| --- | --: | --: | --: |\n");
    for (size_t i = 0; i < suspect->why_count; i++) {
        const struct evidence *evidence = &suspect->why[i];
        char observed[48], expected[48];
        double beside = quantity_beside(evidence->observed, evidence->expected, evidence->unit);
        buffer_string(out, "| ");
        plain_append(out, evidence->label);
        buffer_printf(out, " | %s%s | %s | %.0f %% |\n", evidence->at_least ? "at least " : "",
                      quantity_cell(observed, sizeof observed, evidence->observed, evidence->unit),
                      quantity_cell(expected, sizeof expected, beside, evidence->unit), evidence->share * 100);
    }
}

static void path_append(const struct graph *graph, const struct suspect *suspect, struct buffer *out)
{
    if (suspect->path_count > 0)
        buffer_string(out, "\nBlame came from those who waited for it:\n\n");
    for (size_t i = 0; i < suspect->path_count && i < STEPS_MAX; i++) {
        const struct blame_step *step = &suspect->path[i];
        char duration[32];
        buffer_string(out, "- ");
        plain_append(out, graph->nodes[step->from].label);
        buffer_string(out, " waited for ");
        plain_append(out, graph->nodes[step->to].label);
        buffer_printf(out, ", %s", step->at_least ? "at least " : "");
        buffer_string(out, duration_format(duration, sizeof duration, step->seconds));
        buffer_string(out, " (");
        plain_append(out, phrase_wait(step->by));
        if (step->on != NODE_NONE) {
            buffer_string(out, " on ");
            plain_append(out, graph->nodes[step->on].label);
        }
        buffer_string(out, step->inferred ? "; concluded, not told by the kernel)\n" : ")\n");
    }
    if (suspect->path_count > STEPS_MAX)
        buffer_printf(out, "- and %zu more\n", suspect->path_count - STEPS_MAX);
}

static void suspect_append(const struct export_input *input, struct buffer *out, size_t at)
{
    const struct suspect *suspect = &input->verdict->suspects[at];
    const struct node *node = &input->graph->nodes[suspect->node];
    if (suspect->why_count == 0 && suspect->path_count == 0)
        return;
    buffer_printf(out, "\n### %zu. ", at + 1);
    plain_append(out, node->label);
    buffer_string(out, "\n");
    if (node->command != NULL) {
        buffer_string(out, "\nCommand: ");
        plain_append(out, node->command);
        buffer_string(out, "\n");
    }
    if (node->exited)
        buffer_string(out, "\nIt had exited by the end of the window.\n");
    evidence_append(suspect, out);
    path_append(input->graph, suspect, out);
}

static void unseen_append(const struct sample *sample, struct buffer *out)
{
    struct unread unread[UNREAD_KINDS_MAX];
    size_t count = unread_kinds(sample, unread);
    struct buffer seen = {0};
    buffer_string(out, "\n## What was seen, and what was not\n\n");
    export_seen(sample, &seen);
    plain_append(out, seen.length > 0 ? buffer_text(&seen) : "Not known");
    out->failed |= seen.failed;
    buffer_done(&seen);
    buffer_string(out, ".\n");
    for (size_t i = 0; i < count; i++) {
        struct buffer kind = {0};
        phrase_unread_kind(&kind, &unread[i]);
        buffer_string(out, i == 0 ? "\n- " : "- ");
        plain_append(out, buffer_text(&kind));
        buffer_string(out, " not readable\n");
        out->failed |= kind.failed;
        buffer_done(&kind);
    }
}

/* The figure's own text may hold backticks: the fence is longer than any run of them. */
static bool figure_append(const struct export_input *input, struct buffer *out, struct error *error)
{
    struct buffer figure = {0};
    bool done = export_dot(input, &figure, error);
    size_t fence = FENCE_MIN, run = 0;
    for (const char *at = buffer_text(&figure); *at != '\0'; at++) {
        run = *at == '`' ? run + 1 : 0;
        fence = run >= fence ? run + 1 : fence;
    }
    buffer_string(out, "\n## Figure\n\n");
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < fence; i++)
            buffer_string(out, "`");
        buffer_string(out, pass == 0 ? "dot\n" : "\n");
        if (pass == 0)
            buffer_string(out, buffer_text(&figure));
    }
    buffer_done(&figure);
    return done;
}

bool export_markdown(const struct export_input *input, struct buffer *out, struct error *error)
{
    size_t count = phrase_top(input);
    const char *host = phrase_host(input->graph);
    buffer_string(out, "# Diagnosis of ");
    plain_append(out, host == NULL ? "a host" : host);
    buffer_string(out, "\n\n**");
    plain_append(out, input->verdict->sentence);
    buffer_string(out, "**\n\n");
    facts_append(input, out);
    moments_append(input, out);
    if (count > 0)
        ranking_append(input, out, count);
    for (size_t i = 0; i < count; i++)
        suspect_append(input, out, i);
    unseen_append(input->graph->sample, out);
    if (!figure_append(input, out, error))
        return false;
    return out->failed ? error_memory(error) : true;
}

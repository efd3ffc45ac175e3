/* What a model knows and where it came from, in words. */
#include "export/model_text.h"

#include "base/text.h"
#include "base/units.h"

#include <math.h>

/* The losses as a line of at most 40 blocks, on a logarithmic scale. */
static void curve_print(const struct model_provenance *provenance, bool ascii, struct buffer *out)
{
    enum { CURVE_COLUMNS = 40, LEVELS = 8 };
    static const char *const blocks[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const letters[LEVELS] = {"_", ".", "-", ":", "=", "+", "*", "#"};
    const char *const *levels = ascii ? letters : blocks;
    size_t count = provenance->loss_count;
    double high = -INFINITY, low = INFINITY;
    for (size_t i = 0; i < count; i++) {
        high = fmax(high, log(provenance->losses[i]));
        low = fmin(low, log(provenance->losses[i]));
    }
    size_t columns = count < CURVE_COLUMNS ? count : CURVE_COLUMNS;
    for (size_t i = 0; i < columns; i++) {
        double at = log(provenance->losses[columns == 1 ? 0 : i * (count - 1) / (columns - 1)]);
        int level = high > low ? (int)lround((at - low) / (high - low) * (LEVELS - 1)) : 0;
        buffer_string(out, levels[level < 0 ? 0 : level > LEVELS - 1 ? LEVELS - 1 : level]);
    }
}

static void provenance_print(const struct model *model, bool ascii, struct buffer *out)
{
    const struct model_provenance *provenance = model_provenance(model);
    char corpus[400], date[64];
    buffer_printf(out, "trained on   %s\n", text_clean_into(corpus, sizeof corpus, provenance->corpus));
    buffer_printf(out, "             %zu graphs, %zu nodes, %s, seed %llu\n", provenance->graphs, provenance->nodes,
                  text_clean_into(date, sizeof date, provenance->date), (unsigned long long)provenance->seed);
    if (provenance->loss_count > 0) {
        double first = provenance->losses[0], last = provenance->losses[provenance->loss_count - 1];
        buffer_string(out, "loss         ");
        curve_print(provenance, ascii, out);
        buffer_printf(out, "  %.4f to %.4f in %zu epochs (%.1f %% less)\n", first, last, provenance->epochs,
                      first > 0 ? 100 * (1 - last / first) : 0.0);
    }
    if (provenance->held_out_median_loss > 0)
        buffer_printf(out, "held out     %.4f on graphs it never saw; predicting the median gives %.4f\n",
                      provenance->held_out_loss, provenance->held_out_median_loss);
}

static void features_print(const struct model *model, struct buffer *out)
{
    static const char *const roles[] = {[FEATURE_CONTEXT] = "context, never scored",
                                        [FEATURE_ACTS] = "what a node does",
                                        [FEATURE_SUFFERS] = "what it suffers"};
    buffer_string(out, "\nfeatures\n");
    for (size_t i = 0; i < model_feature_count(model); i++) {
        const struct feature *feature = model_feature(model, i);
        buffer_printf(out, "  %-20s %-7s %s\n", feature->name, feature->unit, roles[feature->role]);
    }
    if (model_remarks(model)[0] != '\0')
        buffer_printf(out, "\nnot used\n%s", model_remarks(model));
}

static void waits_print(const struct model *model, struct buffer *out)
{
    buffer_string(out, "\nnormal waits (longer ones hand blame on)\n");
    for (size_t kind = 0; kind < WAIT_KIND_COUNT; kind++) {
        double normal_s = model_wait_normal_s(model, (enum wait_kind)kind, "");
        char duration[32];
        buffer_printf(out, "  %-16s %-10s %s\n", wait_kinds[kind].name,
                      isinf(normal_s) ? "any" : duration_format(duration, sizeof duration, normal_s),
                      wait_kinds[kind].help);
    }
}

static void threshold_print(const struct model *model, struct buffer *out)
{
    size_t windows = model_calibration_windows(model);
    if (!model_scores_suspects(model)) {
        buffer_printf(out, "threshold    %.4g (95 of 100 nodes of healthy hosts lie below)\n", model_threshold(model));
        return;
    }
    if (windows == 0) {
        buffer_string(out, "threshold    none: no healthy windows were scored\n");
        return;
    }
    buffer_printf(out, "threshold    %.2f, from %zu healthy windows of %s\n", model_threshold(model), windows,
                  model_is_calibrated(model) ? "this host" : "its corpus");
    if (model_is_calibrated(model))
        buffer_printf(
            out,
            "             at most one healthy window in %.0f scores beyond it (0: no symptom), p is never below\n"
            "             %.2g; unless it is an episode, an alarm takes 3 of the last 4 windows\n",
            1 / MODEL_ALARM_P, 1 / (double)(windows + 1));
    else
        buffer_string(out, "             not of this host: uncalibrated, the symptoms alone raise an alarm\n");
}

static void baselines_print(const struct model *model, struct buffer *out)
{
    if (!model_scores_suspects(model))
        return;
    buffer_string(out, "baselines   ");
    for (size_t level = MODEL_BASELINE_LEVELS; level-- > 1;)
        buffer_printf(out, "%s %zu by %s", level + 1 < MODEL_BASELINE_LEVELS ? "," : "",
                      model_baseline_count(model, level), model_baseline_level(level));
    buffer_string(out, "\n");
}

void export_model_text(const struct model *model, bool ascii, struct buffer *out)
{
    char name[128];
    buffer_printf(out, "model        %s\n", text_clean_into(name, sizeof name, model_name(model)));
    buffer_printf(out, "network      %zu parameters, %zu features\n", model_parameter_count(model),
                  model_feature_count(model));
    threshold_print(model, out);
    baselines_print(model, out);
    provenance_print(model, ascii, out);
    features_print(model, out);
    waits_print(model, out);
}

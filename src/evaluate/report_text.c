/* The evaluation as text: the default class by class, all methods in all, each method class by class. */
#include "evaluate/report.h"

#include "base/text.h"
#include "base/units.h"

#include <math.h>
#include <stdlib.h>

enum { CLASS_COLUMNS = 24 };

static bool figures_of(const struct report *report, const char *class_name, enum method method, struct figures *figures,
                       struct error *error)
{
    return figures_make(figures, report->trials, report->count, class_name, method, report->options->seed, error);
}

static const char *delay_format(char *text, size_t size, double seconds)
{
    if (isnan(seconds))
        return "";
    return isinf(seconds) ? "never" : duration_format(text, size, seconds);
}

static bool class_line(const struct report *report, const char *class_name, struct buffer *out, struct error *error)
{
    struct figures figures;
    char delay[32];
    if (!figures_of(report, class_name, METHOD_DEFAULT, &figures, error))
        return false;
    buffer_printf(out, "%-*s %5zu  %.2f (%.2f-%.2f)  %.2f  %.2f  %.2f  %.2f  %s\n", CLASS_COLUMNS,
                  class_name == NULL ? "in all" : class_name, figures.cases, figures.top1.value, figures.top1.low,
                  figures.top1.high, figures.top3.value, figures.top5.value, figures.mrr.value, figures.victim_above,
                  delay_format(delay, sizeof delay, figures.verdict_s));
    return true;
}

static bool methods_print(const struct report *report, struct buffer *out, struct error *error)
{
    buffer_printf(out, "\n%-*s        Top-1             Top-3 Top-5 MRR               victim above\n",
                  CLASS_COLUMNS - 4, "method");
    int number = 0;
    for (int method = 0; method < METHOD_COUNT; method++) {
        struct figures figures;
        if (!report->options->wanted[method])
            continue;
        if (!figures_of(report, NULL, (enum method)method, &figures, error))
            return false;
        buffer_printf(out, "%2d  %-*s %.2f (%.2f-%.2f)  %.2f  %.2f  %.2f (%.2f-%.2f)  %.2f\n", ++number,
                      CLASS_COLUMNS - 1, methods[method].name, figures.top1.value, figures.top1.low, figures.top1.high,
                      figures.top3.value, figures.top5.value, figures.mrr.value, figures.mrr.low, figures.mrr.high,
                      figures.victim_above);
    }
    return true;
}

static bool matrix_print(const struct report *report, const char *const *classes, size_t class_count,
                         struct buffer *out, struct error *error)
{
    int number = 0;
    buffer_printf(out, "\n%-*s", CLASS_COLUMNS, "Top-1 by method");
    for (int method = 0; method < METHOD_COUNT; method++)
        if (report->options->wanted[method])
            buffer_printf(out, " %4d", ++number);
    buffer_string(out, "\n");
    for (size_t i = 0; i < class_count; i++) {
        buffer_printf(out, "%-*s", CLASS_COLUMNS, classes[i]);
        for (int method = 0; method < METHOD_COUNT; method++) {
            struct figures figures;
            if (!report->options->wanted[method])
                continue;
            if (!figures_of(report, classes[i], (enum method)method, &figures, error))
                return false;
            buffer_printf(out, " %4.2f", figures.top1.value);
        }
        buffer_string(out, "\n");
    }
    return true;
}

static void alarms_print(const struct report *report, struct buffer *out)
{
    struct alarm_figures alarms = figures_alarms(report->trials, report->count);
    if (isnan(alarms.per_hour))
        buffer_string(out, "\nfalse alarms: unknown, there was no healthy time\n");
    else
        buffer_printf(out, "\nfalse alarms: %zu in %.2f healthy hours, %.2f per hour; at most %.2f (95 %%)\n",
                      alarms.alarms, alarms.hours, alarms.per_hour, alarms.per_hour_bound);
}

static bool faults_print(const struct report *report, const char *const *classes, size_t class_count,
                         struct buffer *out, struct error *error)
{
    buffer_printf(out, "%-*s cases  Top-1             Top-3 Top-5 MRR   victim above, seconds to the verdict\n",
                  CLASS_COLUMNS, "class");
    for (size_t i = 0; i < class_count; i++)
        if (!class_line(report, classes[i], out, error))
            return false;
    return class_line(report, NULL, out, error) && methods_print(report, out, error) &&
           matrix_print(report, classes, class_count, out, error);
}

bool report_text(const struct report *report, struct buffer *out, struct error *error)
{
    size_t class_count;
    const char **classes = figures_classes(report->trials, report->count, &class_count, error);
    if (classes == NULL)
        return false;
    bool written = class_count == 0 || faults_print(report, classes, class_count, out, error);
    free(classes);
    if (written)
        alarms_print(report, out);
    return written;
}

/* `culprit diagnose` for people: the sentence, the ranked suspects, the status line. */
#include "base/text.h"
#include "base/units.h"
#include "export/column.h"
#include "export/export.h"
#include "export/phrase.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS_DEFAULT = 80, COLUMNS_MIN = 40, ROWS_MARGIN = 10 /* " 1  0.92  " */ };

/* Where the columns of the rows begin. */
struct layout {
    size_t width, kind, who, unit;
};

static size_t minimum(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Appends a clean text in lines of `width` columns; the lines after the first are indented. */
static void lines_append(struct buffer *out, const char *text, size_t width, size_t indent)
{
    while (*text != '\0') {
        size_t bytes = text_line(text, width);
        buffer_append(out, text, bytes);
        text += bytes;
        while (*text == ' ')
            text++;
        if (*text != '\0')
            buffer_printf(out, "\n%*s", (int)indent, "");
    }
}

static void clean_append(struct buffer *out, const char *raw, size_t width, size_t indent)
{
    struct buffer clean = {0};
    text_clean(&clean, raw, strlen(raw));
    lines_append(out, buffer_text(&clean), width, indent);
    out->failed |= clean.failed;
    buffer_done(&clean);
}

/* Appends the raw text's cell behind blanks up to column `start` of the line that begins at line_start; an empty cell
 * leaves no blanks at the line's end. */
static void cell_append(struct buffer *out, size_t line_start, size_t start, const char *raw, size_t width, bool ascii)
{
    if (raw == NULL || raw[0] == '\0')
        return;
    struct buffer clean = {0};
    text_clean(&clean, raw, strlen(raw));
    size_t used = text_columns(buffer_text(out) + line_start);
    buffer_printf(out, "%*s", used < start ? (int)(start - used) : 0, "");
    phrase_shorten(out, buffer_text(&clean), width, ascii);
    out->failed |= clean.failed;
    buffer_done(&clean);
}

static void clean_widen(size_t *widest, const char *raw, size_t most)
{
    struct buffer clean = {0};
    if (raw != NULL)
        text_clean(&clean, raw, strlen(raw));
    size_t used = minimum(text_columns(buffer_text(&clean)), most);
    *widest = used > *widest ? used : *widest;
    buffer_done(&clean);
}

/* Takes up to `excess` columns from a column that is wider than `least`; returns what is still too much. */
static size_t column_narrow(size_t *width, size_t least, size_t excess)
{
    size_t taken = *width > least ? minimum(*width - least, excess) : 0;
    *width -= taken;
    return excess - taken;
}

/* As wide as what stands in them; where that is too much, units and names are shortened first, and what is left of the
 * reasons goes on in the next line. */
static struct layout rows_layout(const struct export_input *input, size_t count, size_t width)
{
    enum { WHY_MOST = 30, WHO_LEAST = 22, UNIT_LEAST = 10, GAPS = 6 };
    struct layout layout = {.width = width};
    size_t why = 0;
    for (size_t i = 0; i < count; i++) {
        const struct suspect *suspect = &input->verdict->suspects[i];
        const struct node *node = &input->graph->nodes[suspect->node];
        clean_widen(&layout.kind, node_kinds[node->kind].name, width);
        clean_widen(&layout.who, node->label, width * 3 / 10);
        clean_widen(&layout.unit, node->unit, width / 5);
        clean_widen(&why, suspect->summary, WHY_MOST);
    }
    size_t wanted = ROWS_MARGIN + layout.kind + layout.who + layout.unit + GAPS + why;
    size_t excess = wanted > width ? wanted - width : 0;
    column_narrow(&layout.who, WHO_LEAST, column_narrow(&layout.unit, UNIT_LEAST, excess));
    return layout;
}

static void row_append(const struct export_input *input, struct buffer *out, size_t at, const struct layout *layout)
{
    const struct suspect *suspect = &input->verdict->suspects[at];
    const struct node *node = &input->graph->nodes[suspect->node];
    size_t line_start = out->length;
    size_t who = ROWS_MARGIN + layout->kind + 2, unit = who + layout->who + 2;
    size_t why = unit + layout->unit + (layout->unit > 0 ? 2 : 0);
    buffer_printf(out, "%2zu  %.2f  %s", at + 1, suspect->score, node_kinds[node->kind].name);
    cell_append(out, line_start, who, node->label, layout->who, input->ascii);
    cell_append(out, line_start, unit, node->unit, layout->unit, input->ascii);
    if (suspect->summary != NULL && suspect->summary[0] != '\0' && !out->failed) {
        size_t used = text_columns(buffer_text(out) + line_start);
        buffer_printf(out, "%*s", used < why ? (int)(why - used) : 0, "");
        clean_append(out, suspect->summary, layout->width - why, why);
    }
    buffer_string(out, "\n");
}

/* One piece of the status line, on a line of its own when the width is used up. */
static void status_append(const struct export_input *input, struct buffer *out, size_t line_start, size_t width,
                          const char *piece)
{
    const char *separator = input->ascii ? "  -  " : "  \xc2\xb7  ";
    if (out->failed || piece[0] == '\0')
        return;
    const char *newest = strrchr(buffer_text(out) + line_start, '\n');
    size_t used = text_columns(newest == NULL ? buffer_text(out) + line_start : newest + 1);
    if (used > 0)
        buffer_string(out, used + 5 + text_columns(piece) > width ? "\n" : separator);
    buffer_string(out, piece);
}

static void status_line(const struct export_input *input, struct buffer *out, size_t width)
{
    const struct verdict *verdict = input->verdict;
    size_t start = out->length;
    char piece[64], window[32];
    if (isfinite(verdict->p))
        snprintf(piece, sizeof piece, "%s (p %.3g)", verdict->anomalous ? "anomalous" : "not anomalous", verdict->p);
    else
        snprintf(piece, sizeof piece, "%s", verdict->anomalous ? "anomalous" : "not anomalous");
    status_append(input, out, start, width, piece);
    if (!verdict->calibrated)
        status_append(input, out, start, width, "uncalibrated");
    if (verdict->window_s > 0)
        snprintf(piece, sizeof piece, "window %s", phrase_window(window, sizeof window, verdict->window_s));
    else
        snprintf(piece, sizeof piece, "a single sample: no rates");
    status_append(input, out, start, width, piece);
    status_append(input, out, start, width, export_sources(input->graph->sample));
    if (input->history.samples > 0) {
        char since[32];
        snprintf(piece, sizeof piece, "recorder's history since %s",
                 clock_format(since, sizeof since, input->history.from_ns, input->utc_offset_s));
        status_append(input, out, start, width, piece);
    }
    struct buffer unread = {0};
    phrase_unread(input->graph->sample, &unread);
    status_append(input, out, start, width, buffer_text(&unread));
    out->failed |= unread.failed;
    buffer_done(&unread);
    buffer_string(out, "\n");
}

/* A terminal without UTF-8: every other character becomes as many question marks as it has columns. In place: no
 * character has more columns than bytes. */
static void ascii_only(struct buffer *out, size_t start)
{
    size_t to = start;
    for (size_t at = start; at < out->length;) {
        char character[5] = "";
        uint32_t code;
        size_t bytes = text_decode(out->data + at, out->length - at, &code);
        memcpy(character, out->data + at, bytes == 0 ? 1 : bytes);
        at += bytes == 0 ? 1 : bytes;
        if (bytes == 1) {
            out->data[to++] = character[0];
            continue;
        }
        size_t marks = text_columns(character);
        memset(out->data + to, '?', marks);
        to += marks;
    }
    out->length = to;
    if (out->data != NULL)
        out->data[to] = '\0';
}

/* Of a moment that is past it is said when that was. */
static void sentence_append(const struct export_input *input, struct buffer *out, size_t width)
{
    struct buffer text = {0};
    char age[32], when[32];
    if (input->age_s > 0)
        buffer_printf(&text, "%s ago (%s): ", duration_format(age, sizeof age, input->age_s),
                      clock_format(when, sizeof when, input->graph->time_ns, input->utc_offset_s));
    buffer_string(&text, input->verdict->sentence);
    clean_append(out, buffer_text(&text), width, 0);
    out->failed |= text.failed;
    buffer_done(&text);
}

bool export_text(const struct export_input *input, struct buffer *out, struct error *error)
{
    size_t start = out->length, count = phrase_top(input);
    size_t width = input->columns == 0 ? COLUMNS_DEFAULT : input->columns;
    if (width < COLUMNS_MIN)
        width = COLUMNS_MIN;
    sentence_append(input, out, width);
    buffer_string(out, "\n\n");
    struct layout layout = rows_layout(input, count, width);
    for (size_t i = 0; i < count && !out->failed; i++)
        row_append(input, out, i, &layout);
    if (count > 0)
        buffer_string(out, "\n");
    status_line(input, out, width);
    if (out->failed)
        return error_memory(error);
    if (input->ascii)
        ascii_only(out, start);
    return true;
}

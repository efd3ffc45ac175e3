/* All nodes through the column table, as RFC 4180. */
#include "base/text.h"
#include "export/column.h"
#include "export/export.h"

#include <math.h>
#include <string.h>

/* Would a spreadsheet run it? Some skip blanks first, and some take the wide forms of the signs. */
static bool cell_is_formula(const char *clean)
{
    static const char *const signs[] = {"=",           "+", "-", "@", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
                                        "\xef\xbc\xa0"};
    clean += strspn(clean, " ");
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (strncmp(clean, signs[i], strlen(signs[i])) == 0)
            return true;
    return false;
}

static void text_append(struct buffer *out, const char *text)
{
    struct buffer clean = {0};
    text_clean(&clean, text, strlen(text));
    const char *cell = buffer_text(&clean);
    bool formula = cell_is_formula(cell);
    bool quoted = formula || strpbrk(cell, "\",; '") != NULL;
    if (quoted)
        buffer_string(out, formula ? "\"'" : "\"");
    for (; *cell != '\0'; cell++)
        buffer_append(out, *cell == '"' ? "\"\"" : cell, *cell == '"' ? 2 : 1);
    if (quoted)
        buffer_string(out, "\"");
    out->failed |= clean.failed;
    buffer_done(&clean);
}

static void number_append(struct buffer *out, const struct column *column, double value)
{
    if (!isfinite(value))
        return;
    if (column->flag)
        buffer_string(out, value != 0 ? "true" : "false");
    else
        buffer_printf(out, value == rint(value) && fabs(value) < 1e300 ? "%.0f" : "%.6g", value);
}

static void row_append(struct buffer *out, const struct column_input *input)
{
    enum node_kind kind = input->graph->nodes[input->node].kind;
    for (size_t i = 0; i < column_count; i++) {
        const struct column *column = &columns[i];
        if (i > 0)
            buffer_string(out, ",");
        if (!column_fits(column, kind))
            continue;
        const char *text = column->kind == COLUMN_IS_TEXT ? column->text(input) : NULL;
        if (text != NULL)
            text_append(out, text);
        if (column->kind == COLUMN_IS_NUMBER)
            number_append(out, column, column->number(input));
    }
    buffer_string(out, "\r\n");
}

bool export_csv(const struct export_input *input, struct buffer *out, struct error *error)
{
    for (size_t i = 0; i < column_count; i++)
        buffer_printf(out, "%s%s", i > 0 ? "," : "", columns[i].name);
    buffer_string(out, "\r\n");
    for (size_t node = 0; node < input->graph->node_count && !out->failed; node++) {
        struct column_input row = {input->graph, input->verdict, (uint32_t)node};
        row_append(out, &row);
    }
    return out->failed ? error_memory(error) : true;
}

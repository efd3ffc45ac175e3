/* The answer: the verdict's sentence, the first thing the eye meets; and the last rows of the screen. */
#include "ui/state.h"

#include "base/text.h"
#include "base/units.h"
#include "ui/widget.h"

#include <string.h>

enum { SENTENCE_ROWS = 2, SENTENCE_ROWS_TALL = 3, TALL_FROM = 30 };

static void sentence_compose(const struct ui *ui, struct buffer *text)
{
    const struct moment *moment = &ui->moment;
    const struct verdict *verdict = moment->verdict;
    char when[32];
    if (verdict == NULL) {
        buffer_string(text, ui->live.ended ? "Nothing has been seen: the collector has ended."
                                           : "Looking at the host for the first time...");
    } else if (verdict->anomalous) {
        buffer_string(text, verdict->sentence);
        if (!verdict->calibrated)
            buffer_string(text, " (This host's healthy state is unknown: a ranking, not an alarm.)");
    } else {
        buffer_string(text, verdict->sentence);
        if (ui->trend.anomaly_ns != 0 && ui->trend.anomaly_ns < moment->graph->time_ns)
            buffer_printf(text, " Last time something did: %s, %s.",
                          clock_format(when, sizeof when, ui->trend.anomaly_ns, moment->utc_offset_s),
                          ui->trend.anomaly);
    }
}

int sentence_draw(struct ui *ui, int row)
{
    struct buffer raw = {0}, clean = {0};
    const struct verdict *verdict = ui->moment.verdict;
    enum role role = verdict == NULL ? ROLE_TEXT : verdict->anomalous ? ROLE_ALARM : ROLE_GOOD;
    int rows = ui->screen.rows >= TALL_FROM ? SENTENCE_ROWS_TALL : SENTENCE_ROWS;
    int width = ui->screen.columns - 2;
    sentence_compose(ui, &raw);
    text_clean(&clean, buffer_text(&raw), raw.length);
    const char *rest = buffer_text(&clean);
    char line[2048];
    for (int i = 0; i < rows && rest[0] != '\0'; i++) {
        size_t bytes = i + 1 == rows ? strlen(rest) : text_wrap(rest, width);
        snprintf(line, sizeof line, "%.*s", (int)bytes, rest);
        screen_text(&ui->screen, row + i, 1, width, role, line);
        for (rest += bytes; *rest == ' '; rest++) {
        }
    }
    buffer_done(&raw);
    buffer_done(&clean);
    screen_rule(&ui->screen, row + rows, ROLE_RULE);
    return rows + 1;
}

static void hints_draw(struct ui *ui, int row)
{
    const enum action *hints = view_top(ui)->hints;
    char name[KEY_NAME_BYTES];
    int column = 1;
    for (size_t i = 0; i < VIEW_HINTS_MAX && hints[i] != ACTION_NONE; i++) {
        const struct key_row *key = &key_rows[hints[i]];
        key_title(name, key->keys[0]);
        int width = (int)(text_columns(name) + 1 + text_columns(key->name));
        if (column + width > ui->screen.columns)
            break;
        column += screen_text(&ui->screen, row, column, 16, ROLE_KEY, name) + 1;
        column += screen_text(&ui->screen, row, column, 20, ROLE_DIM, key->name) + 2;
    }
}

int footer_draw(struct ui *ui, int row)
{
    hints_draw(ui, row + 1);
    if (ui->prompt.purpose != PROMPT_NONE)
        return prompt_draw(&ui->prompt, &ui->screen, row);
    screen_raw(&ui->screen, row, 1, ui->screen.columns - 2, ui->message_is_error ? ROLE_ALARM : ROLE_TITLE,
               ui->message);
    return -1;
}

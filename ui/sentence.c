/* The answer: the verdict's sentence, the first thing the eye meets; and the last rows of the screen. */
#include "ui/state.h"

#include "base/text.h"
#include "base/units.h"

#include <string.h>

enum { SENTENCE_ROWS = 2, SENTENCE_ROWS_TALL = 3, TALL_FROM = 30 };

/* Appends the note if text and note fit into so many rows. */
static void note_append(struct buffer *text, const char *note, int rows, int width)
{
    struct buffer clean = {0};
    text_clean(&clean, buffer_text(text), text->length);
    text_clean(&clean, note, strlen(note));
    const char *rest = buffer_text(&clean);
    for (int i = 0; i < rows; i++) {
        rest += text_line(rest, (size_t)width);
        rest += strspn(rest, " ");
    }
    if (*rest == '\0')
        buffer_string(text, note);
    buffer_done(&clean);
}

static void sentence_compose(const struct ui *ui, struct buffer *text, int rows, int width)
{
    const struct moment *moment = &ui->moment;
    const struct verdict *verdict = moment->verdict;
    const struct trend *trend = &ui->trend;
    char note[256], when[32];
    if (verdict == NULL) {
        buffer_string(text, ui->live.ended ? "Nothing has been seen: the collector has ended."
                                           : "Looking at the host for the first time...");
        return;
    }
    buffer_string(text, verdict->sentence);
    if (verdict->anomalous && !verdict->calibrated)
        note_append(text, " (This host's healthy state is unknown: a ranking, not an alarm.)", rows, width);
    if (verdict->anomalous || trend->anomaly_ns == 0 || trend->anomaly_ns >= moment->graph->time_ns)
        return;
    clock_format(when, sizeof when, trend->anomaly_ns, moment->utc_offset_s);
    snprintf(note, sizeof note, " Last time something did: %s, %s.", when, trend->anomaly);
    note_append(text, note, rows, width);
}

int sentence_draw(struct ui *ui, int row)
{
    struct buffer raw = {0}, clean = {0};
    const struct verdict *verdict = ui->moment.verdict;
    enum role role = verdict == NULL ? ROLE_TEXT : verdict->anomalous ? ROLE_ALARM : ROLE_GOOD;
    int rows = ui->screen.rows >= TALL_FROM ? SENTENCE_ROWS_TALL : SENTENCE_ROWS;
    int width = ui->screen.columns - 2;
    sentence_compose(ui, &raw, rows, width);
    text_clean(&clean, buffer_text(&raw), raw.length);
    const char *rest = buffer_text(&clean);
    char line[2048];
    for (int i = 0; i < rows && rest[0] != '\0'; i++) {
        size_t bytes = i + 1 == rows ? strlen(rest) : text_line(rest, (size_t)width);
        snprintf(line, sizeof line, "%.*s", (int)bytes, rest);
        screen_text(&ui->screen, row + i, 1, width, role, line);
        rest += bytes;
        rest += strspn(rest, " ");
    }
    buffer_done(&raw);
    buffer_done(&clean);
    screen_rule(&ui->screen, row + rows, ROLE_RULE);
    return rows + 1;
}

static int hint_draw(struct ui *ui, int row, int column, enum action action, int right)
{
    char name[KEY_NAME_BYTES];
    if (ui->keys.keys[action][0] == 0)
        return column;
    key_title(name, ui->keys.keys[action][0]);
    int width = (int)(text_columns(name) + 1 + text_columns(key_rows[action].name));
    if (column + width > right)
        return right;
    column += screen_text(&ui->screen, row, column, 16, ROLE_KEY, name) + 1;
    return column + screen_text(&ui->screen, row, column, 20, ROLE_DIM, key_rows[action].name) + 2;
}

/* The way to the help always stands at the right; the others as far as there is room. */
static void hints_draw(struct ui *ui, int row)
{
    enum { HELP_COLUMNS = 7 };
    const enum action *hints = view_top(ui)->hints;
    int right = ui->screen.columns - HELP_COLUMNS;
    hint_draw(ui, row, right, ACTION_HELP, ui->screen.columns);
    int column = 1;
    bool live = ui->options->collector != NULL;
    for (size_t i = 0; i < VIEW_HINTS_MAX && hints[i] != ACTION_NONE; i++)
        if ((key_rows[hints[i]].where & (live ? ONLY_REPLAY : ONLY_LIVE)) == 0)
            column = hint_draw(ui, row, column, hints[i], right - 1);
}

/* The line of input; what there is to say about it stands at the right, or above it where there is no room. */
static int prompt_foot_draw(struct ui *ui, int row)
{
    int column = prompt_draw(&ui->prompt, &ui->screen, row);
    char message[MESSAGE_BYTES];
    text_clean_into(message, sizeof message, ui->message);
    int width = (int)text_columns(message);
    bool beside = column + 2 + width < ui->screen.columns;
    if (width == 0)
        return column;
    if (!beside)
        screen_row(&ui->screen, row - 1, ROLE_TEXT);
    int from = beside ? column + 2 : 1;
    screen_text_right(&ui->screen, beside ? row : row - 1, from, ui->screen.columns - from - 1, ROLE_WARNING, message);
    return column;
}

/* What holds until it is taken back: filter, tags, whom the selection follows. */
static void standing_draw(struct ui *ui, int row)
{
    struct buffer text = {0};
    const struct list *list = ui_list(ui);
    const struct ui_rows rows = ui_rows(ui);
    if (rows.filter != NULL && rows.filter->text[0] != '\0')
        buffer_printf(&text, "Filter: %s (%zu of %zu; Esc takes it away)   ", rows.filter->text, rows.count, rows.all);
    if (ui->tags.count > 0)
        buffer_printf(&text, "%zu tagged (e writes them, U takes the tags away)   ", ui->tags.count);
    if (list != NULL && list->follow)
        buffer_string(&text, "Following the selected row (F lets go)");
    screen_raw(&ui->screen, row, 1, ui->screen.columns - 2, ROLE_WARNING, buffer_text(&text));
    buffer_done(&text);
}

int footer_draw(struct ui *ui, int row)
{
    hints_draw(ui, row + 1);
    if (ui->prompt.purpose != PROMPT_NONE)
        return prompt_foot_draw(ui, row);
    if (ui->message[0] != '\0')
        screen_raw(&ui->screen, row, 1, ui->screen.columns - 2, ui->message_is_error ? ROLE_ALARM : ROLE_TITLE,
                   ui->message);
    else
        standing_draw(ui, row);
    return -1;
}

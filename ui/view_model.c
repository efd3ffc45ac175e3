/* What the model knows, its threshold, where it came from: as `culprit model` tells it. */
#include "ui/state.h"

#include "export/model_text.h"

#include <stdio.h>
#include <string.h>

enum { HEAD_ROWS = 2 };

/* The line `at` of the text, or NULL. */
static const char *line_find(const char *text, size_t at, size_t *length)
{
    for (; at > 0; at--) {
        text = strchr(text, '\n');
        if (text == NULL)
            return NULL;
        text++;
    }
    *length = strcspn(text, "\n");
    return *text == '\0' ? NULL : text;
}

static size_t lines_count(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

static void model_draw(struct ui *ui, struct area area)
{
    struct buffer text = {0};
    struct pager *pager = ui_pager(ui);
    size_t rows = area.rows > HEAD_ROWS ? (size_t)(area.rows - HEAD_ROWS) : 0, length;
    char place[64] = "", line[1024];
    export_model_text(ui->options->model, false, &text);
    pager->lines = lines_count(buffer_text(&text));
    ui->page_rows = (int)rows;
    if (pager->top + rows > pager->lines)
        pager->top = pager->lines > rows ? pager->lines - rows : 0;
    if (pager->lines > rows)
        snprintf(place, sizeof place, "%zu-%zu/%zu", pager->top + 1, pager->top + rows, pager->lines);
    tabs_draw(ui, area, place);
    for (size_t i = 0; i < rows; i++) {
        const char *found = line_find(buffer_text(&text), pager->top + i, &length);
        if (found == NULL)
            break;
        snprintf(line, sizeof line, "%.*s", (int)length, found);
        screen_text(&ui->screen, area.row + HEAD_ROWS + (int)i, 1, area.columns - 2, ROLE_TEXT, line);
    }
    buffer_done(&text);
}

static void model_update(struct ui *ui)
{
    (void)ui;
}

static unsigned model_act(struct ui *ui, enum action action)
{
    struct pager *pager = ui_pager(ui);
    if (action == ACTION_BACK)
        return tab_go(ui, ui->tab_before);
    pager_scroll(pager, ui->page_rows, action);
    return REDO_DRAW;
}

const struct view view_model = {
    .name = "model",
    .where = IN_PAGE,
    .hints = {ACTION_TAB_NEXT, ACTION_BACK, ACTION_PAGE_DOWN, ACTION_PAGE_UP, ACTION_QUIT, ACTION_NONE},
    .update = model_update,
    .draw = model_draw,
    .act = model_act,
};

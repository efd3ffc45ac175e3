/* What keys do while a line of input is open: search, filter, a time to jump to, the palette. */
#include "ui/state.h"

#include <stdio.h>
#include <string.h>

static unsigned search_edited(struct ui *ui, size_t from)
{
    struct ui_rows rows = ui_rows(ui);
    snprintf(rows.search, LIST_TEXT_BYTES, "%s", ui->prompt.text);
    if (rows.search[0] != '\0' && ui->moment.graph != NULL && !ui_search(ui, from))
        ui_say(ui, "No row contains \"%s\".", rows.search);
    return REDO_DRAW;
}

static unsigned filter_edited(struct ui *ui)
{
    struct filter *filter = ui_rows(ui).filter;
    struct error error = {0};
    if (filter != NULL && !filter_set(filter, ui->prompt.text, &error))
        ui_fail(ui, &error);
    return REDO_ROWS;
}

static unsigned palette_taken(struct ui *ui)
{
    enum action found[ACTION_COUNT];
    size_t count = palette_find(ui, ui->prompt.text, found);
    if (count > 0)
        return REDO_DRAW | action_run(ui, found[ui->palette_selected < count ? ui->palette_selected : 0]);
    ui_say(ui, "Nothing is called \"%s\" here.", ui->prompt.text);
    return REDO_DRAW;
}

/* Keys that the palette takes before the line of input does. */
static bool palette_key(struct ui *ui, int key)
{
    enum action found[ACTION_COUNT];
    size_t count = palette_find(ui, ui->prompt.text, found);
    if (key == KEY_UP && ui->palette_selected > 0)
        ui->palette_selected--;
    else if (key == KEY_DOWN && ui->palette_selected + 1 < count)
        ui->palette_selected++;
    else if (key == '\t' && ui->palette_selected < count)
        prompt_open(&ui->prompt, PROMPT_PALETTE, key_rows[found[ui->palette_selected]].name);
    if (key == '\t')
        ui->palette_selected = 0;
    return key == KEY_UP || key == KEY_DOWN || key == '\t';
}

static unsigned prompt_taken(struct ui *ui)
{
    enum prompt_purpose purpose = ui->prompt.purpose;
    ui->prompt.purpose = PROMPT_NONE;
    if (purpose == PROMPT_PALETTE)
        return palette_taken(ui);
    /* Says again what is wrong with a filter that is left as it is. */
    if (purpose == PROMPT_FILTER)
        return filter_edited(ui);
    if (purpose == PROMPT_DIFF)
        return ui->prompt.text[0] != '\0' ? diff_taken(ui, ui->prompt.text) : REDO_DRAW;
    return purpose == PROMPT_JUMP && ui->prompt.text[0] != '\0' ? time_jump(ui, ui->prompt.text) : REDO_DRAW;
}

unsigned action_prompt_key(struct ui *ui, int key)
{
    enum prompt_purpose purpose = ui->prompt.purpose;
    size_t selected = ui_rows(ui).selected;
    if (purpose == PROMPT_SEARCH && key == KEY_F(3))
        return search_edited(ui, selected + 1);
    if (purpose == PROMPT_PALETTE && palette_key(ui, key))
        return REDO_DRAW;
    switch (prompt_key(&ui->prompt, key)) {
    case PROMPT_TAKEN:
        return prompt_taken(ui);
    case PROMPT_LEFT:
        ui->prompt.purpose = PROMPT_NONE;
        ui->prompt.text[0] = '\0';
        return purpose == PROMPT_FILTER ? filter_edited(ui) : REDO_DRAW;
    case PROMPT_EDITED:
        ui->palette_selected = 0;
        if (purpose == PROMPT_SEARCH)
            return search_edited(ui, selected);
        return purpose == PROMPT_FILTER ? filter_edited(ui) : REDO_DRAW;
    case PROMPT_MOVED:
        break;
    }
    return REDO_DRAW;
}

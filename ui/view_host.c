/* The host over time: processors, memory, pressure, disks; and its file systems now. */
#include "ui/state.h"

#include "base/quantity.h"
#include "base/units.h"
#include "ui/widget.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HEAD_ROWS = 2, LABEL_COLUMNS = 18, NOW_COLUMNS = 11, BAR_COLUMNS = 20 };

static size_t host_moments(int width)
{
    int room = width - 2 - LABEL_COLUMNS - NOW_COLUMNS - 2;
    return room > WIDGET_COLUMNS_MAX ? WIDGET_COLUMNS_MAX : room < 1 ? 1 : (size_t)room;
}

static void series_draw(struct ui *ui, int row, enum trend_series series, size_t count)
{
    const struct trend_schema *schema = &trend_schema[series];
    double values[WIDGET_COLUMNS_MAX], largest = 0;
    char line[WIDGET_BYTES], now[48] = "-";
    trend_values(&ui->trend, series, ui->moment.serial, values, count);
    double value = values[count - 1];
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, values[i]);
    for (size_t i = 0; i < count && !schema->share; i++)
        values[i] = largest > 0 ? values[i] / largest : values[i];
    if (isfinite(value) && schema->share && series != SERIES_SCORE)
        snprintf(now, sizeof now, "%.0f%%", value * 100);
    else if (isfinite(value) && series == SERIES_SCORE)
        snprintf(now, sizeof now, "%.2f", value);
    else
        quantity_cell(now, sizeof now, value, schema->unit);
    screen_text(&ui->screen, row, 1, LABEL_COLUMNS, ROLE_DIM, schema->label);
    screen_text_right(&ui->screen, row, 1 + LABEL_COLUMNS, NOW_COLUMNS, ROLE_TITLE, now);
    screen_text(&ui->screen, row, 1 + LABEL_COLUMNS + NOW_COLUMNS + 2, (int)count, ROLE_BAR,
                widget_sparkline(line, values, count));
}

static void disk_draw(struct ui *ui, int row, const struct moment_disk *disk)
{
    char read[32], written[32], text[128], bar[WIDGET_BYTES];
    screen_raw(&ui->screen, row, 1, LABEL_COLUMNS, ROLE_TEXT, disk->name);
    if (isnan(disk->busy))
        snprintf(text, sizeof text, "-");
    else
        snprintf(text, sizeof text, "%.0f%%", disk->busy * 100);
    screen_text_right(&ui->screen, row, 1 + LABEL_COLUMNS, NOW_COLUMNS, ROLE_TITLE, text);
    int at = 1 + LABEL_COLUMNS + NOW_COLUMNS + 2;
    screen_text(&ui->screen, row, at, BAR_COLUMNS, ROLE_BAR, widget_bar(bar, disk->busy, BAR_COLUMNS));
    snprintf(text, sizeof text, "read %s, written %s", quantity_cell(read, sizeof read, disk->read_bps, "bytes/s"),
             quantity_cell(written, sizeof written, disk->write_bps, "bytes/s"));
    screen_text(&ui->screen, row, at + BAR_COLUMNS + 1, ui->screen.columns - at - BAR_COLUMNS - 2, ROLE_DIM, text);
}

static void filesystem_draw(struct ui *ui, int row, uint32_t node)
{
    const struct graph *graph = ui->moment.graph;
    char used[32], size[32], text[128], bar[WIDGET_BYTES];
    double used_pct = (double)graph_measure(graph, node, MEASURE_SPACE_USED_PCT);
    screen_raw(&ui->screen, row, 1, LABEL_COLUMNS, ROLE_TEXT, graph->nodes[node].label);
    screen_text_right(&ui->screen, row, 1 + LABEL_COLUMNS, NOW_COLUMNS, used_pct >= 95 ? ROLE_ALARM : ROLE_TITLE,
                      quantity_cell(used, sizeof used, used_pct, "%"));
    int at = 1 + LABEL_COLUMNS + NOW_COLUMNS + 2;
    screen_text(&ui->screen, row, at, BAR_COLUMNS, ROLE_BAR, widget_bar(bar, used_pct / 100, BAR_COLUMNS));
    const struct table *table = &graph->sample->tables[TABLE_FILESYSTEM];
    uint64_t total = table_u64(table, graph->nodes[node].row, FILESYSTEM_TOTAL_BYTES, 0);
    snprintf(text, sizeof text, "of %s", bytes_format(size, sizeof size, (double)total));
    screen_text(&ui->screen, row, at + BAR_COLUMNS + 1, ui->screen.columns - at - BAR_COLUMNS - 2, ROLE_DIM, text);
}

static bool filesystem_is_shown(const struct graph *graph, uint32_t node)
{
    return graph->nodes[node].kind == NODE_FILESYSTEM && graph->sample != NULL &&
           graph->nodes[node].row < graph->sample->tables[TABLE_FILESYSTEM].rows;
}

static size_t filesystem_count(const struct graph *graph)
{
    size_t count = 0;
    for (uint32_t node = 0; node < graph->node_count; node++)
        count += filesystem_is_shown(graph, node);
    return count;
}

static uint32_t filesystem_at(const struct graph *graph, size_t at)
{
    for (uint32_t node = 0; node < graph->node_count; node++)
        if (filesystem_is_shown(graph, node) && at-- == 0)
            return node;
    return NODE_NONE;
}

/* Draws a line of the page. Series, a heading and the disks, a heading and the file systems. */
static void host_line(struct ui *ui, size_t line, int row, size_t count)
{
    struct screen *screen = &ui->screen;
    const struct moment *moment = &ui->moment;
    if (line < SERIES_COUNT) {
        series_draw(ui, row, (enum trend_series)line, count);
        return;
    }
    line -= SERIES_COUNT;
    size_t disks = moment->disk_count == 0 ? 0 : moment->disk_count + 1;
    if (line < disks && line == 0)
        screen_text(screen, row, 1, screen->columns - 2, ROLE_COLUMN, "Disks");
    else if (line < disks)
        disk_draw(ui, row, &moment->disks[line - 1]);
    else if (line == disks)
        screen_text(screen, row, 1, screen->columns - 2, ROLE_COLUMN, "File systems");
    else
        filesystem_draw(ui, row, filesystem_at(moment->graph, line - disks - 1));
}

static void host_draw(struct ui *ui, struct area area)
{
    struct pager *pager = ui_pager(ui);
    size_t moments = host_moments(area.columns);
    size_t rows = area.rows > HEAD_ROWS ? (size_t)(area.rows - HEAD_ROWS) : 0;
    size_t disks = ui->moment.disk_count == 0 ? 0 : ui->moment.disk_count + 1;
    char place[64] = "";
    pager->lines = SERIES_COUNT + disks + 1 + filesystem_count(ui->moment.graph);
    ui->page_rows = (int)rows;
    if (pager->top + rows > pager->lines)
        pager->top = pager->lines > rows ? pager->lines - rows : 0;
    if (ui->trend_columns < moments)
        ui->trend_columns = moments;
    if (pager->lines > rows)
        snprintf(place, sizeof place, "%zu-%zu/%zu", pager->top + 1, pager->top + rows, pager->lines);
    tabs_draw(ui, area, place);
    screen_text_right(&ui->screen, area.row + 1, 1 + LABEL_COLUMNS, NOW_COLUMNS, ROLE_COLUMN, "now");
    snprintf(place, sizeof place, "the last %zu samples", moments);
    screen_text(&ui->screen, area.row + 1, 1 + LABEL_COLUMNS + NOW_COLUMNS + 2, 40, ROLE_COLUMN, place);
    for (size_t i = 0; i < rows && pager->top + i < pager->lines; i++)
        host_line(ui, pager->top + i, area.row + HEAD_ROWS + (int)i, moments);
}

static void host_update(struct ui *ui)
{
    (void)ui;
}

static unsigned host_act(struct ui *ui, enum action action)
{
    struct pager *pager = ui_pager(ui);
    if (action == ACTION_BACK)
        return tab_go(ui, ui->tab_before);
    pager_scroll(pager, ui->page_rows, action);
    return REDO_DRAW;
}

const struct view view_host = {
    .name = "host",
    .where = IN_PAGE,
    .sentence = true,
    .hints = {ACTION_TAB_NEXT, ACTION_BACK, ACTION_NEXT, ACTION_PREVIOUS, ACTION_JUMP, ACTION_PAUSE, ACTION_QUIT,
              ACTION_NONE},
    .update = host_update,
    .draw = host_draw,
    .act = host_act,
};

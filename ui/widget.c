/* Small drawings of numbers as text. */
#include "ui/widget.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

static const char *const eighths_across[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
static const char *const eighths_up[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

static void append(char *dst, size_t *used, const char *piece)
{
    size_t length = strlen(piece);
    if (*used + length < WIDGET_BYTES) {
        memcpy(dst + *used, piece, length + 1);
        *used += length;
    }
}

static double share_clamp(double share)
{
    return share >= 0 ? fmin(share, 1) : 0;
}

char *widget_bar(char *dst, double share, size_t columns)
{
    size_t used = 0;
    dst[0] = '\0';
    if (columns > WIDGET_COLUMNS_MAX)
        columns = WIDGET_COLUMNS_MAX;
    share = share_clamp(share);
    size_t eighths = (size_t)lround(share * (double)columns * 8);
    if (share > 0 && eighths == 0)
        eighths = 1;
    for (size_t i = 0; i < columns; i++) {
        size_t part = eighths >= 8 ? 8 : eighths;
        append(dst, &used, eighths_across[part]);
        eighths -= part;
    }
    return dst;
}

char *widget_meter(char *dst, double share, size_t columns)
{
    size_t used = 0;
    dst[0] = '\0';
    if (columns > WIDGET_COLUMNS_MAX)
        columns = WIDGET_COLUMNS_MAX;
    size_t eighths = (size_t)lround(share_clamp(share) * (double)columns * 7);
    for (size_t i = 0; i < columns; i++) {
        size_t part = eighths >= 7 ? 7 : eighths;
        append(dst, &used, eighths_up[part == 0 ? 0 : part - 1]);
        eighths -= part;
    }
    return dst;
}

char *widget_sparkline(char *dst, const double *values, size_t count)
{
    size_t used = 0;
    dst[0] = '\0';
    if (count > WIDGET_COLUMNS_MAX)
        count = WIDGET_COLUMNS_MAX;
    for (size_t i = 0; i < count; i++)
        append(dst, &used, isnan(values[i]) ? " " : eighths_up[lround(share_clamp(values[i]) * 7)]);
    return dst;
}

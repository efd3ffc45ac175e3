/* Small drawings of numbers as text: one character a column, clean UTF-8. */
#ifndef UI_WIDGET_H
#define UI_WIDGET_H

#include "base/buffer.h"

#include <stddef.h>

enum { WIDGET_BYTES = 400, WIDGET_COLUMNS_MAX = 120 };

/* A bar of `columns` for a share of 0 to 1, in eighths of a column; blanks behind it. A share above 0 shows at least
 * an eighth. dst: WIDGET_BYTES. Returns dst. */
char *widget_bar(char *dst, double share, size_t columns);

/* Like a level of a meter: the rest of the bar is drawn low instead of blank. */
char *widget_meter(char *dst, double share, size_t columns);

/* One column per value of 0 to 1; NaN = a blank. */
char *widget_sparkline(char *dst, const double *values, size_t count);

#endif

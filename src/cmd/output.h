/* Where a command's result goes: standard output, or a file that appears whole or not at all. */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include "base/buffer.h"
#include "base/error.h"

#include <stddef.h>

/* Writes to the file (mode 0600, through a temporary one beside it that is renamed), or to standard output when path
 * is NULL or "-". */
bool output_write(const char *path, const struct buffer *content, struct error *error);

/* A progress bar on standard error, drawn only when that is a terminal; done == total ends it. */
void progress_show(const char *what, size_t done, size_t total);

/* Does the locale write UTF-8? (setlocale was called in main.) */
bool output_is_utf8(void);

/* Columns of standard output's terminal, or 80. */
size_t output_columns(void);

#endif

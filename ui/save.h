/* New files in the current directory: named after what they hold and the time, never over an existing one. */
#ifndef UI_SAVE_H
#define UI_SAVE_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdio.h>

/* Writes the n-th name to try, "PREFIX-20261120-140231.SUFFIX" for 1, to path. */
void save_name(char *path, size_t path_bytes, const char *prefix, const char *suffix, int32_t utc_offset_s, int n);

/* Creates "PREFIX-20261120-140231.SUFFIX" (or -2, -3, ... behind the time) with mode 0600 and writes its name to path.
 * Returns a descriptor open for writing, or -1 with a sentence. */
int save_create(char *path, size_t path_bytes, const char *prefix, const char *suffix, int32_t utc_offset_s,
                struct error *error);

/* The same with contents; a file that could not be written wholly is removed. */
bool save_buffer(char *path, size_t path_bytes, const char *prefix, const char *suffix, int32_t utc_offset_s,
                 const struct buffer *contents, struct error *error);

/* Copies text with all but letters, digits, '-' and '_' replaced by '_': a part of a file's name. Returns dst. */
char *save_name_part(char *dst, size_t dst_bytes, const char *text);

#endif

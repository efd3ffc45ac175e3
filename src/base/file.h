/* Files that appear whole or not at all. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buffer.h"
#include "base/error.h"

#include <sys/types.h>

/* Writes the content to the file, through a temporary one beside it that takes its name in the end: on failure what had
 * the name before keeps it, and nothing is left behind. mode: of the file, as far as the umask allows. What cannot be
 * replaced (a device, a pipe) is written to as it is; "-" is standard output. */
bool file_write(const char *path, const struct buffer *content, mode_t mode, struct error *error);

#endif

/* Files that appear whole or not at all, and reading one that somebody named. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buffer.h"
#include "base/error.h"

#include <sys/types.h>

/* Writes the content to the file, through a temporary one beside it that takes its name in the end: on failure what had
 * the name before keeps it, and nothing is left behind. mode: of the file, as far as the umask allows. What cannot be
 * replaced (a device, a pipe) is written to as it is; "-" is standard output, whose reader may leave when it has seen
 * enough. */
bool file_write(const char *path, const struct buffer *content, mode_t mode, struct error *error);

/* Appends what the regular file holds, or its first bytes_max + 1 bytes when it holds more. Never waits for whoever is
 * at the other end of a pipe: what is no regular file is refused. `what` names it in the sentence: "the model". */
bool file_read(const char *path, const char *what, size_t bytes_max, struct buffer *bytes, struct error *error);

#endif

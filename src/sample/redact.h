/* Recordings to share: arguments that look like secrets are replaced in command lines. What looks like one stands in
 * secret_table.c; that is a guess, and what it does not know it does not find. Everything else stays as it is. */
#ifndef SAMPLE_REDACT_H
#define SAMPLE_REDACT_H

#include "sample/sample.h"

/* What stands in a secret's place. */
#define REDACTED "[redacted]"

/* Appends the command line (arguments joined with blanks) with its secrets replaced; at most 4096 bytes of it are
 * looked at. Returns whether there was one. */
bool redact_command(struct buffer *out, const char *command);

/* Redacts the command column in place; the sample must have no other owner (asserted). False: out of memory, and the
 * sample must not be used. */
bool sample_redact(struct sample *sample, struct error *error);

#endif

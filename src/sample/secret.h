/* Which bytes of a command line look like a secret: the rules. Private to redact.c and its tests. */
#ifndef SAMPLE_SECRET_H
#define SAMPLE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* Sets hidden[i] to 1 for every byte of a secret, else to 0; returns whether there is one. */
bool secrets_mark(const char *text, size_t length, unsigned char *hidden);

/* ---- secret_table.c: what names and values look like ---- */

/* "password", "--db-password", "PGPASSWORD", "keyStorePassword", "MYSQL_PWD"; not "password-file", "max-tokens". */
bool secret_name(const char *name, size_t length);

/* "--no-password", "--ask-pass": an option that takes no value. */
bool secret_name_is_switch(const char *name, size_t length);

/* "Authorization", "X-Api-Key", "Cookie": what stands before the colon of an HTTP header with a secret. */
bool secret_header(const char *name, size_t length);

/* "container-id", "sha256", "commit": a long number behind it is no secret. */
bool secret_name_identifies(const char *name, size_t length);

/* A value that is none: empty, "true", "$VARIABLE", "file:...". */
bool secret_value_is_harmless(const char *value, size_t length);

/* How many bytes at text are a token known by how it begins (AWS, GitHub, Slack, a JSON web token); 0: none. */
size_t secret_token(const char *text, size_t length);

/* A long run of hexadecimal or base64 digits. */
bool secret_digits(const char *value, size_t length);

enum {
    SECRET_ATTACHED = 1,    /* -pSECRET */
    SECRET_SEPARATE = 2,    /* -p SECRET */
    SECRET_AFTER_COLON = 4, /* in either, what follows the first colon (curl -u user:SECRET) or, of SMB, percent sign */
};
struct secret_option {
    const char *program; /* what its name begins with, up to its end or a '-' */
    const char *option;
    unsigned form;
};

/* The row of that number, NULL behind the last. */
const struct secret_option *secret_option(size_t number);

#endif

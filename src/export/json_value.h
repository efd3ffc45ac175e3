/* Members of JSON objects (cJSON) with what this program promises of them: clean strings, numbers of six significant
 * digits, what is unknown left out. All return false when memory ran out, or the object is NULL. */
#ifndef EXPORT_JSON_VALUE_H
#define EXPORT_JSON_VALUE_H

#include "base/buffer.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

/* text NULL: unknown, nothing is added. */
bool json_text(cJSON *object, const char *key, const char *text);

/* Not finite: unknown, nothing is added. A whole number beyond 2^53 becomes a string. */
bool json_number(cJSON *object, const char *key, double value);
bool json_count(cJSON *object, const char *key, uint64_t value);

bool json_flag(cJSON *object, const char *key, bool value);

/* Appends the printed object and deletes it; indented or on one line. */
bool json_print(cJSON *object, bool indented, struct buffer *out);

/* To six significant digits; whole numbers stay. */
double number_round(double value);

#endif

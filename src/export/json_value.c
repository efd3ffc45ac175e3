/* Members of JSON objects. */
#include "export/json_value.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Above, a double skips whole numbers, and so do the readers of JSON. */
#define EXACT_MAX 9007199254740992.0

bool json_text(cJSON *object, const char *key, const char *text)
{
    if (text == NULL)
        return true;
    struct buffer clean = {0};
    text_clean(&clean, text, strlen(text));
    bool added = !clean.failed && cJSON_AddStringToObject(object, key, buffer_text(&clean)) != NULL;
    buffer_done(&clean);
    return added;
}

double number_round(double value)
{
    char digits[32];
    if (!isfinite(value) || value == rint(value))
        return value;
    snprintf(digits, sizeof digits, "%.6g", value);
    return strtod(digits, NULL);
}

bool json_number(cJSON *object, const char *key, double value)
{
    if (!isfinite(value))
        return true;
    if (fabs(value) <= EXACT_MAX)
        return cJSON_AddNumberToObject(object, key, number_round(value)) != NULL;
    char digits[400];
    snprintf(digits, sizeof digits, "%.0f", value);
    return cJSON_AddStringToObject(object, key, digits) != NULL;
}

bool json_count(cJSON *object, const char *key, uint64_t value)
{
    char digits[32];
    if (value <= (uint64_t)EXACT_MAX)
        return cJSON_AddNumberToObject(object, key, (double)value) != NULL;
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    return cJSON_AddStringToObject(object, key, digits) != NULL;
}

bool json_flag(cJSON *object, const char *key, bool value)
{
    return cJSON_AddBoolToObject(object, key, value) != NULL;
}

bool json_print(cJSON *object, bool indented, struct buffer *out)
{
    char *printed = indented ? cJSON_Print(object) : cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    if (printed != NULL)
        buffer_string(out, printed);
    bool done = printed != NULL && !out->failed;
    cJSON_free(printed);
    return done;
}

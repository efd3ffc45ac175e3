/* Running the program that is tested. */
#include "tests/faults/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <cmocka.h>

FILE *program_start(const char *format, ...)
{
    char command[1024];
    const char *build = getenv("top_builddir");
    int used = snprintf(command, sizeof command, "%s/culprit ", build == NULL ? "." : build);
    assert_in_range(used, 1, sizeof command / 2);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command + used, sizeof command - (size_t)used, format, arguments);
    va_end(arguments);
    FILE *output = popen(command, "r");
    assert_non_null(output);
    return output;
}

char *program_end(FILE *output, int *status)
{
    size_t capacity = 1 << 22, length = 0, count;
    char *text = malloc(capacity);
    assert_non_null(text);
    while (length + 1 < capacity && (count = fread(text + length, 1, capacity - length - 1, output)) > 0)
        length += count;
    text[length] = '\0';
    int result = pclose(output);
    *status = WIFEXITED(result) ? WEXITSTATUS(result) : -1;
    return text;
}

const char *json_text(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
    return text == NULL ? "" : text;
}

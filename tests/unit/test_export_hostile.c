/* export: every exporter bears every name. */
#include "base/text.h"
#include "export/export.h"
#include "tests/unit/export_fixture.h"
#include "tests/unit/rounds.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct {
    const char *name;
    exporter *run;
    const char *layout; /* control characters that the form itself uses */
    bool verdict;
} exporters[] = {
    {"text", export_text, "\n", true},
    {"json", export_json, "\n\t", true},
    {"markdown", export_markdown, "\n\t", true},
    {"dot", export_dot, "\n\t", true},
    {"csv", export_csv, "\r\n", true},
    {"capture text", export_capture_text, "\n", false},
    {"capture json", export_capture_json, "\n", false},
    {"capture dot", export_dot, "\n\t", false},
};

/* Nothing is left in it that the sanitiser would change, but the form's own line ends. */
static void output_is_clean(const char *exporter_name, struct buffer *out, const char *layout)
{
    assert_int_equal(strlen(out->data), out->length);
    for (size_t i = 0; i < out->length; i++)
        if (strchr(layout, out->data[i]) != NULL)
            out->data[i] = ' ';
    struct buffer clean = {0};
    text_clean(&clean, out->data, out->length);
    if (strcmp(buffer_text(&clean), out->data) != 0)
        fail_msg("%s let something through", exporter_name);
    buffer_done(&clean);
}

static void hostile_name_is_exported(const char *name)
{
    struct export_fixture *fixture = fixture_new(name);
    for (size_t i = 0; i < sizeof exporters / sizeof exporters[0]; i++) {
        struct export_input input = fixture_input(fixture);
        if (!exporters[i].verdict)
            input.verdict = NULL;
        struct buffer out = exported(exporters[i].run, &input);
        if (strstr(exporters[i].name, "json") != NULL) {
            cJSON *object = cJSON_Parse(out.data);
            assert_non_null(object);
            cJSON_Delete(object);
        }
        output_is_clean(exporters[i].name, &out, exporters[i].layout);
        buffer_done(&out);
    }
    fixture_free(fixture);
}

static void every_exporter_defuses_hostile_names(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "\\",
        "\"",
        "\x1b]0;owned\x07",
        "a\nb\r\nc\td",
        "</script><b>",
        "\xff\xc0\xaf",
        "a\xe2\x80\xaetxt.exe",
        "%s%n",
        "&lt;&#92;",
        "```\n# x",
        "}\"; node [x=\"",
        "\xf3\xa0\x80\x81tag",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        hostile_name_is_exported(names[i]);
}

static void every_exporter_bears_random_bytes(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252u; /* xorshift: the same names on every run */
    for (int round = 0; round < 150; round += (int)rounds_step()) {
        char name[200];
        size_t length = 1 + (size_t)round;
        for (size_t i = 0; i < length; i++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            name[i] = (char)(1 + random % 255);
        }
        name[length] = '\0';
        hostile_name_is_exported(name);
    }
}

static void every_exporter_bears_a_name_of_10000_characters(void **state)
{
    (void)state;
    static const char *const patterns[] = {"\\", "\"", "\xe6\xbc\xa2", "a b"};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct buffer name = {0};
        for (unsigned repeat = 0; repeat < 10000; repeat += rounds_step())
            buffer_string(&name, patterns[i]);
        hostile_name_is_exported(buffer_text(&name));
        buffer_done(&name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_exporter_defuses_hostile_names),
        cmocka_unit_test(every_exporter_bears_random_bytes),
        cmocka_unit_test(every_exporter_bears_a_name_of_10000_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

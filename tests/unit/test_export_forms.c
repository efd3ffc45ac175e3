/* export: the report in Markdown, the records of CSV, and captures. */
#include "export/column.h"
#include "export/export.h"
#include "tests/unit/export_fixture.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* ---- Markdown ---- */

static void markdown_is_a_report(void **state)
{
    (void)state;
    struct export_fixture *fixture = fixture_new(NULL);
    struct export_input input = fixture_input(fixture);
    struct buffer out = exported(export_markdown, &input);
    static const char *const parts[] = {
        "# Diagnosis of web3\n",
        "**log-rotate\\[8472\\] has held the lock on /var/log/app.log for at least 41 s;",
        "| Anomalous | yes; uncalibrated: a ranking, not an alarm |",
        "| 1 | 0.92 | process | log-rotate\\[8472\\] | cron.service | holds a lock 41 s, 3 wait |",
        "| lock held | at least 41 s | 0 s | 81 % |",
        "- payment\\[812\\] waited for log-rotate\\[8472\\], at least 41 s (lock on /var/log/app.log)",
        "4 processes, 1 descriptor and 2 sockets looked at, 15 not readable.",
        "- 12 descriptors not readable",
        "```dot\ndigraph culprit {",
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strstr(out.data, parts[i]) == NULL)
            fail_msg("'%s' is not in\n%s", parts[i], out.data);
    buffer_done(&out);
    fixture_free(fixture);
}

static void markdown_obeys_no_name(void **state)
{
    (void)state;
    struct export_fixture *fixture = fixture_new("|a*_`<b>[x](http://y)```");
    struct export_input input = fixture_input(fixture);
    struct buffer out = exported(export_markdown, &input);
    char *figure = strstr(out.data, "\n````dot\n"); /* longer than the backticks inside */
    assert_non_null(figure);
    assert_non_null(strstr(figure, "}\n````\n"));
    *figure = '\0';
    assert_non_null(strstr(out.data, "\\|a\\*\\_\\`\\<b\\>\\[x\\](http\\://y)\\`\\`\\`"));
    for (const char *special = out.data; (special = strpbrk(special, "`<[_")) != NULL; special++)
        assert_int_equal(special[-1], '\\');
    buffer_done(&out);
    fixture_free(fixture);
}

/* ---- CSV ---- */

/* Reads one record after RFC 4180; returns its cells, moves *text on. Quotes are taken off in place. */
static size_t record_read(char **text, char **cells, size_t cells_max)
{
    size_t count = 0;
    char *from = *text;
    for (;;) {
        assert_true(count < cells_max);
        char *to = cells[count++] = from;
        bool quoted = *from == '"';
        from += quoted;
        while (*from != '\0' && (quoted || strchr(",\r", *from) == NULL)) {
            if (quoted && from[0] == '"' && from[1] != '"')
                break;
            from += quoted && *from == '"';
            *to++ = *from++;
        }
        from += quoted;
        char end = *from++;
        *to = '\0';
        if (end == ',')
            continue;
        assert_int_equal(end, '\r');
        assert_int_equal(*from++, '\n');
        *text = from;
        return count;
    }
}

static void csv_is_one_record_for_each_node(void **state)
{
    (void)state;
    static const char *const names[] = {NULL, "=cmd|' /C calc'!A0", "a,\"b\"\r\nc", " @sum(1)", "\xef\xbc\x9dx"};
    static const char *const read_back[] = {"log-rotate[8472]", "'=cmd|' /C calc'!A0", "a,\"b\"\\x0d\\x0ac",
                                            "' @sum(1)", "\'\xef\xbc\x9dx"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct export_fixture *fixture = fixture_new(names[i]);
        struct export_input input = fixture_input(fixture);
        struct buffer out = exported(export_csv, &input);
        char *text = out.data, *cells[128];
        assert_int_equal(record_read(&text, cells, 128), column_count);
        size_t who = 0;
        while (strcmp(cells[who], "who") != 0)
            who++;
        assert_string_equal(cells[0], "kind");
        for (uint32_t node = 0; node < fixture->graph->node_count; node++) {
            assert_int_equal(record_read(&text, cells, 128), column_count);
            assert_string_equal(cells[0], node_kinds[fixture->graph->nodes[node].kind].name);
            if (node == fixture->holder)
                assert_string_equal(cells[who], read_back[i]);
        }
        assert_int_equal(*text, '\0');
        buffer_done(&out);
        fixture_free(fixture);
    }
}

/* ---- capture ---- */

static const cJSON *at(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static void capture_lists_what_was_observed(void **state)
{
    (void)state;
    struct export_fixture *fixture = fixture_new(NULL);
    struct export_input input = fixture_input(fixture);
    input.verdict = NULL;
    struct buffer out = exported(export_capture_text, &input);
    static const char *const parts[] = {
        "web3  2026-11-20 14:02:31  proc  window 5 s\n",
        "4 processes, 1 file, 2 sockets, 1 pipe; 10 relations\n",
        "  payment[812] waits for log-rotate[8472] on /var/log/app.log: lock, at least 41 s\n",
        "  log-rotate[8472] holds a lock on /var/log/app.log: at least 41 s\n",
        "  2 descriptors: missed the deadline\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strstr(out.data, parts[i]) == NULL)
            fail_msg("'%s' is not in\n%s", parts[i], out.data);
    buffer_done(&out);
    cJSON *object = json_exported(export_capture_json, &input);
    members_are(object, "version:n host:s time:s window_s:n sources:o nodes:a edges:a");
    assert_int_equal(cJSON_GetArraySize(at(object, "nodes")), fixture->graph->node_count);
    assert_int_equal(cJSON_GetArraySize(at(object, "edges")), fixture->graph->edge_count);
    members_are(cJSON_GetArrayItem(at(object, "nodes"), (int)fixture->file),
                "kind:s id:s name:s who:s size:n deleted:b degree:n");
    members_are(cJSON_GetArrayItem(at(object, "edges"), 0),
                "kind:s from:s to:s wait:s on:s seconds:n total_s:n count:n at_least:b ongoing:b inferred:b");
    cJSON_Delete(object);
    fixture_free(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markdown_is_a_report),
        cmocka_unit_test(markdown_obeys_no_name),
        cmocka_unit_test(csv_is_one_record_for_each_node),
        cmocka_unit_test(capture_lists_what_was_observed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

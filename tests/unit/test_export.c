/* export: what leaves the program, read back as its readers do, also when every name is hostile. */
#include "base/text.h"
#include "export/column.h"
#include "export/export.h"
#include "tests/unit/export_fixture.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

typedef bool exporter(const struct export_input *input, struct buffer *out, struct error *error);

static struct buffer exported(exporter *run, const struct export_input *input)
{
    struct buffer out = {0};
    struct error error = {0};
    if (!run(input, &out, &error))
        fail_msg("%s", error.text);
    return out;
}

static struct export_input fixture_input(const struct export_fixture *fixture)
{
    return (struct export_input){.graph = fixture->graph, .verdict = &fixture->verdict, .hops = 1};
}

/* ---- text ---- */

static void text_is(const struct export_input *input, const char *expected)
{
    struct buffer out = exported(export_text, input);
    assert_string_equal(buffer_text(&out), expected);
    buffer_done(&out);
}

static void text_is_the_sentence_the_suspects_and_a_status_line(void **state)
{
    (void)state;
    struct export_fixture *fixture = fixture_new(NULL);
    struct export_input input = fixture_input(fixture);
    text_is(&input, "log-rotate[8472] has held the lock on /var/log/app.log for at least 41 s;\n"
                    "payment[812], orders[815] and 1 other wait for it.\n"
                    "\n"
                    " 1  0.92  process  log-rotate[8472]        cron…rvice  holds a lock 41 s, 3 wait\n"
                    " 2  0.31  file     /var/log/app.log                    lock waited for 118 s\n"
                    " 3  0.12  process  payment[812]            paym…rvice  waits for #1: 41 s\n"
                    " 4  0.02  socket   10.0.0.5:4…0.0.9:51514              receive queue 212 KB\n"
                    "\n"
                    "anomalous  ·  uncalibrated  ·  window 5 s  ·  proc\n"
                    "12 descriptors and 3 processes not readable\n");
    input.top = 2;
    input.columns = 120;
    fixture->verdict.calibrated = true;
    fixture->verdict.p = 0.004;
    text_is(&input, "log-rotate[8472] has held the lock on /var/log/app.log for at least 41 s; payment[812], "
                    "orders[815] and 1 other wait for\nit.\n"
                    "\n"
                    " 1  0.92  process  log-rotate[8472]  cron.service  holds a lock 41 s, 3 wait\n"
                    " 2  0.31  file     /var/log/app.log                lock waited for 118 s\n"
                    "\n"
                    "anomalous (p 0.004)  ·  window 5 s  ·  proc  ·  12 descriptors and 3 processes not readable\n");
    fixture_free(fixture);
}

static void text_for_ascii_terminals_is_ascii(void **state)
{
    (void)state;
    struct export_fixture *fixture = fixture_new("caf\xc3\xa9 \xe6\xbc\xa2 and a long name that must be shortened");
    struct export_input input = fixture_input(fixture);
    input.ascii = true;
    struct buffer out = exported(export_text, &input);
    for (size_t i = 0; i < out.length; i++)
        assert_in_range((unsigned char)out.data[i], '\n', '~');
    assert_non_null(strstr(out.data, "caf? ?? a... shortened"));
    assert_non_null(strstr(out.data, "anomalous  -  uncalibrated  -  window 5 s"));
    buffer_done(&out);
    fixture_free(fixture);
}

static void text_keeps_to_its_width(void **state)
{
    (void)state;
    static const char *const names[] = {NULL,
                                        "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97"
                                        "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97",
                                        "/a/very/long/path/that/goes/on/and/on/and/on/and/on/and/on/and/on/to/a.log"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct export_fixture *fixture = fixture_new(names[i]);
        struct export_input input = fixture_input(fixture);
        for (input.columns = 60; input.columns < 200; input.columns += 13) {
            struct buffer out = exported(export_text, &input);
            for (char *line = strtok(out.data, "\n"); line != NULL; line = strtok(NULL, "\n")) {
                if (text_columns(line) > input.columns && strstr(line, "not readable") == NULL)
                    fail_msg("'%s' is wider than %zu", line, input.columns);
                assert_int_not_equal(line[strlen(line) - 1], ' ');
            }
            buffer_done(&out);
        }
        fixture_free(fixture);
    }
}

/* ---- JSON ---- */

/* "name:type" for each member, in order; types as cJSON's: n s b o a. */
static void members_are(const cJSON *object, const char *expected)
{
    struct buffer members = {0};
    const cJSON *member;
    cJSON_ArrayForEach(member, object)
    {
        char type = cJSON_IsNumber(member)   ? 'n'
                    : cJSON_IsString(member) ? 's'
                    : cJSON_IsBool(member)   ? 'b'
                    : cJSON_IsObject(member) ? 'o'
                    : cJSON_IsArray(member)  ? 'a'
                                             : '?';
        buffer_printf(&members, "%s%s:%c", members.length > 0 ? " " : "", member->string, type);
    }
    assert_string_equal(buffer_text(&members), expected);
    buffer_done(&members);
}

static cJSON *json_of(exporter *run, const struct export_input *input)
{
    struct buffer out = exported(run, input);
    cJSON *object = cJSON_Parse(buffer_text(&out));
    assert_non_null(object);
    buffer_done(&out);
    return object;
}

static const cJSON *at(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static void json_suspects_are_the_contract(const cJSON *suspects)
{
    assert_int_equal(cJSON_GetArraySize(suspects), 4);
    const cJSON *process = cJSON_GetArrayItem(suspects, 0), *file = cJSON_GetArrayItem(suspects, 1);
    members_are(process, "rank:n kind:s id:s pid:n name:s unit:s exited:b score:n own:n blame:n why:a blame_path:a");
    members_are(file, "rank:n kind:s path:s score:n own:n blame:n why:a blame_path:a");
    members_are(cJSON_GetArrayItem(suspects, 3), "rank:n kind:s protocol:s local:s remote:s score:n own:n blame:n "
                                                 "why:a blame_path:a");
    const cJSON *why = at(process, "why"), *path = at(process, "blame_path");
    assert_int_equal(cJSON_GetArraySize(why), 3);
    members_are(cJSON_GetArrayItem(why, 0), "feature:s observed:n at_least:b expected:n unit:s share:n");
    members_are(cJSON_GetArrayItem(why, 1), "feature:s observed:n expected:n unit:s share:n");
    members_are(cJSON_GetArrayItem(why, 2), "feature:s observed:n unit:s share:n"); /* expected is not known */
    assert_int_equal(cJSON_GetArraySize(path), 3);
    members_are(cJSON_GetArrayItem(path, 0), "from:s to:s by:s on:s seconds:n");
    assert_string_equal(at(cJSON_GetArrayItem(path, 0), "from")->valuestring, "payment[812]");
    assert_string_equal(at(cJSON_GetArrayItem(path, 0), "by")->valuestring, "lock");
    assert_string_equal(at(process, "id")->valuestring, "8472@59304");
    assert_string_equal(at(file, "path")->valuestring, "/var/log/app.log");
}

static void json_is_the_contract(void **state)
{
    (void)state;
    struct export_fixture *fixture = fixture_new(NULL);
    struct export_input input = fixture_input(fixture);
    cJSON *object = json_of(export_json, &input);
    members_are(object, "version:n host:s time:s window_s:n sources:o calibrated:b anomalous:b score:n threshold:n "
                        "verdict:s suspects:a");
    members_are(at(object, "sources"), "kernel:b proc:b unread:o");
    members_are(at(at(object, "sources"), "unread"), "descriptors:n processes:n");
    assert_string_equal(at(object, "host")->valuestring, "web3");
    assert_string_equal(at(object, "time")->valuestring, "2026-11-20T14:02:31Z");
    assert_true(at(object, "version")->valuedouble == 1);
    json_suspects_are_the_contract(at(object, "suspects"));
    cJSON_Delete(object);
    fixture->verdict.p = 0.004;
    object = json_of(export_json, &input);
    assert_true(at(object, "p")->valuedouble == 0.004);
    cJSON_Delete(object);
    sample_release(fixture->graph->sample);
    fixture->graph->sample = NULL;
    object = json_of(export_json, &input);
    assert_null(at(object, "sources"));
    members_are(cJSON_GetArrayItem(at(object, "suspects"), 3),
                "rank:n kind:s local:s score:n own:n blame:n why:a blame_path:a");
    cJSON_Delete(object);
    fixture_free(fixture);
}

static void json_numbers_are_short_and_exact(void **state)
{
    (void)state;
    struct export_fixture *fixture = fixture_new(NULL);
    struct export_input input = fixture_input(fixture);
    sample_unread_add(fixture->graph->sample, "sockets", "a hostile recording", UINT64_C(9007199254740993));
    struct buffer out = exported(export_json, &input);
    assert_non_null(strstr(out.data, "\"score\":\t0.3,")); /* 0.1 + 0.2 */
    assert_non_null(strstr(out.data, "\"observed\":\t0.1,"));
    assert_non_null(strstr(out.data, "\"score\":\t0.123457,"));
    assert_non_null(strstr(out.data, "\"sockets\":\t\"9007199254740993\""));
    buffer_done(&out);
    fixture_free(fixture);
}

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
    cJSON *object = json_of(export_capture_json, &input);
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

/* ---- hostile names through all of them ---- */

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
    for (int round = 0; round < 150; round++) {
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
        for (int repeat = 0; repeat < 10000; repeat++)
            buffer_string(&name, patterns[i]);
        hostile_name_is_exported(buffer_text(&name));
        buffer_done(&name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_the_sentence_the_suspects_and_a_status_line),
        cmocka_unit_test(text_for_ascii_terminals_is_ascii),
        cmocka_unit_test(text_keeps_to_its_width),
        cmocka_unit_test(json_is_the_contract),
        cmocka_unit_test(json_numbers_are_short_and_exact),
        cmocka_unit_test(markdown_is_a_report),
        cmocka_unit_test(markdown_obeys_no_name),
        cmocka_unit_test(csv_is_one_record_for_each_node),
        cmocka_unit_test(capture_lists_what_was_observed),
        cmocka_unit_test(every_exporter_defuses_hostile_names),
        cmocka_unit_test(every_exporter_bears_random_bytes),
        cmocka_unit_test(every_exporter_bears_a_name_of_10000_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

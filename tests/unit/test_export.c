/* export: the verdict as text and as the contract's JSON. */
#include "base/text.h"
#include "export/export.h"
#include "tests/unit/export_fixture.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

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
    cJSON *object = json_exported(export_json, &input);
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
    object = json_exported(export_json, &input);
    assert_true(at(object, "p")->valuedouble == 0.004);
    cJSON_Delete(object);
    sample_release(fixture->graph->sample);
    fixture->graph->sample = NULL;
    object = json_exported(export_json, &input);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_the_sentence_the_suspects_and_a_status_line),
        cmocka_unit_test(text_for_ascii_terminals_is_ascii),
        cmocka_unit_test(text_keeps_to_its_width),
        cmocka_unit_test(json_is_the_contract),
        cmocka_unit_test(json_numbers_are_short_and_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

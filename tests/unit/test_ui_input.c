/* ui: the key table, the line of input, small drawings. */
#include "base/text.h"
#include "ui/key.h"
#include "ui/prompt.h"
#include "ui/settings.h"
#include "ui/widget.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void no_key_means_two_things_in_one_place(void **state)
{
    (void)state;
    for (size_t a = 0; a < ACTION_COUNT; a++)
        for (size_t b = a + 1; b < ACTION_COUNT; b++)
            for (size_t i = 0; i < ACTION_KEYS_MAX; i++)
                for (size_t j = 0; j < ACTION_KEYS_MAX; j++) {
                    int key = key_rows[a].keys[i];
                    bool same = key != 0 && key == key_rows[b].keys[j];
                    assert_false(same && (key_rows[a].where & key_rows[b].where & ANYWHERE) != 0);
                }
}

static void every_action_has_a_key_a_name_and_help(void **state)
{
    (void)state;
    for (size_t action = 0; action < ACTION_COUNT; action++) {
        char names[KEY_NAMES_BYTES];
        struct key_map map;
        key_map_init(&map);
        assert_true(key_rows[action].keys[0] != 0 && (key_rows[action].where & ANYWHERE) != 0);
        assert_true(key_rows[action].name[0] != '\0' && key_rows[action].help[0] != '\0');
        assert_string_not_equal(key_titles(names, &map, (enum action)action), "");
        for (size_t other = 0; other < action; other++)
            assert_string_not_equal(key_rows[action].name, key_rows[other].name);
    }
}

static void keys_are_found_where_they_are_valid(void **state)
{
    (void)state;
    struct key_map map;
    key_map_init(&map);
    assert_int_equal(key_action(&map, 'q', IN_WHY), ACTION_QUIT);
    assert_int_equal(key_action(&map, KEY_F(10), IN_TEXT), ACTION_QUIT);
    assert_int_equal(key_action(&map, '/', IN_LIST), ACTION_SEARCH);
    assert_int_equal(key_action(&map, '/', IN_WHY), ACTION_NONE);
    assert_int_equal(key_action(&map, 0, ANYWHERE), ACTION_NONE);
    assert_int_equal(key_action(&map, KEY_CHARACTER | KEY_UP, ANYWHERE), ACTION_NONE);
    char names[KEY_NAMES_BYTES];
    assert_string_equal(key_titles(names, &map, ACTION_QUIT), "q F10");
    assert_string_equal(key_titles(names, &map, ACTION_OPEN), "Enter w");
    assert_string_equal(key_titles(names, &map, ACTION_REPAINT), "Ctrl-L");
}

static void keys_can_be_bound_anew(void **state)
{
    (void)state;
    struct key_map map;
    struct error error;
    char names[KEY_NAMES_BYTES];
    key_map_init(&map);
    assert_true(key_bind(&map, "pause", "p F5 Ctrl-P Space", &error));
    assert_string_equal(key_titles(names, &map, ACTION_PAUSE), "p F5 Ctrl-P Space");
    assert_int_equal(key_action(&map, 'z', IN_LIST), ACTION_NONE);
    assert_int_equal(key_action(&map, KEY_F(5), IN_LIST), ACTION_PAUSE);
    assert_string_equal(key_titles(names, &map, ACTION_TREE), "v");
    assert_false(key_bind(&map, "dance", "p", &error));
    assert_non_null(strstr(error.text, "nothing is called 'dance'"));
    assert_false(key_bind(&map, "quit", "F99", &error));
    assert_non_null(strstr(error.text, "'F99' is no key"));
    assert_string_equal(key_titles(names, &map, ACTION_QUIT), "q F10");
}

static void settings_skip_bad_lines_and_name_the_first(void **state)
{
    (void)state;
    struct settings settings;
    settings_parse(&settings, "", "x");
    assert_string_equal(settings.remark, "");
    assert_true(settings.mouse && settings.interval_ns == 0);
    settings_parse(&settings,
                   "[screen]\n# how often\ninterval = 2s\ncolour = red\nmouse = no\nwindow = never\n[keys]\nquit = Q\n",
                   "x.conf");
    assert_int_equal(settings.interval_ns, 2000000000);
    assert_false(settings.mouse);
    assert_int_equal(settings.window_ns, 0);
    assert_int_equal(key_action(&settings.keys, 'Q', IN_LIST), ACTION_QUIT);
    assert_int_equal(key_action(&settings.keys, 'q', IN_LIST), ACTION_NONE);
    assert_non_null(strstr(settings.remark, "x.conf, line 4 is skipped: there is no setting 'colour'"));
    assert_non_null(strstr(settings.remark, "further lines"));
    settings_parse(&settings, "nonsense\n", "x.conf");
    assert_non_null(strstr(settings.remark, "line 1"));
}

static void type(struct prompt *prompt, const int *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        prompt_key(prompt, keys[i]);
}
#define TYPE(prompt, ...) type(prompt, (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

static void replaced(const char *before, const char *value, const char *after)
{
    struct buffer out = {0};
    settings_replace(before, "columns", "files", value, &out);
    assert_string_equal(buffer_text(&out), after);
    buffer_done(&out);
}

static void settings_are_written_a_line_at_a_time(void **state)
{
    (void)state;
    replaced("", "who size", "[columns]\nfiles = who size\n");
    replaced("# mine\n[keys]\nfiles = x\n", "who", "# mine\n[keys]\nfiles = x\n\n[columns]\nfiles = who\n");
    replaced("[columns]\n; why\nsockets = who\n files=size\n[keys]\n", "who",
             "[columns]\n; why\nsockets = who\nfiles = who\n[keys]\n");
    replaced("[columns]\nsockets = who\n[keys]", "who", "[columns]\nfiles = who\nsockets = who\n[keys]\n");
    replaced("[columns]\nfiles = who\n[keys]\n", "", "[columns]\n[keys]\n");
    replaced("", "", "");
}

static void prompt_edits_whole_characters(void **state)
{
    (void)state;
    struct prompt prompt = {0};
    prompt_open(&prompt, PROMPT_SEARCH, "");
    TYPE(&prompt, 'a', 0xe9, KEY_CHARACTER | 0x6570, 'b');
    assert_string_equal(prompt.text, "a\xc3\xa9\xe6\x95\xb0"
                                     "b");
    TYPE(&prompt, KEY_LEFT, KEY_BACKSPACE);
    assert_string_equal(prompt.text, "a\xc3\xa9"
                                     "b");
    TYPE(&prompt, KEY_HOME, KEY_RIGHT, KEY_DC, 'x', KEY_END, 'y');
    assert_string_equal(prompt.text, "axby");
    TYPE(&prompt, KEY_LEFT, KEY_CTRL('U'));
    assert_string_equal(prompt.text, "y");
    assert_int_equal(prompt_key(&prompt, '\r'), PROMPT_TAKEN);
    assert_int_equal(prompt_key(&prompt, KEY_ESCAPE), PROMPT_LEFT);
}

static void prompt_takes_nothing_that_a_terminal_would_obey(void **state)
{
    (void)state;
    struct prompt prompt = {0};
    prompt_open(&prompt, PROMPT_FILTER, "\x1b[2J");
    assert_string_equal(prompt.text, "\\x1b[2J");
    prompt_open(&prompt, PROMPT_FILTER, "");
    TYPE(&prompt, KEY_CTRL('V'), KEY_F(7), 0x9b, KEY_CHARACTER | 0x202e);
    assert_string_equal(prompt.text, "");
}

static void prompt_is_full_at_its_end(void **state)
{
    (void)state;
    struct prompt prompt = {0};
    prompt_open(&prompt, PROMPT_SEARCH, "");
    for (int i = 0; i < 4 * PROMPT_BYTES; i++)
        prompt_key(&prompt, KEY_CHARACTER | 0x6570);
    assert_true(strlen(prompt.text) < PROMPT_BYTES);
    assert_int_equal(strlen(prompt.text) % 3, 0);
}

static void bars_are_as_wide_as_asked(void **state)
{
    (void)state;
    char text[WIDGET_BYTES];
    for (double share = -1; share < 2; share += 0.01) {
        assert_int_equal(text_columns(widget_bar(text, share, 10)), 10);
        assert_int_equal(text_columns(widget_meter(text, share, 10)), 10);
    }
    assert_int_equal(text_columns(widget_bar(text, 0.5, 10000)), WIDGET_COLUMNS_MAX);
    assert_int_equal(text_columns(widget_bar(text, NAN, 10)), 10);
    assert_string_equal(widget_bar(text, 0, 3), "   ");
    assert_string_equal(widget_bar(text, 1, 3), "███");
    assert_string_equal(widget_bar(text, 1e-9, 3), "▏  ");
    assert_string_equal(widget_sparkline(text, (double[]){0, NAN, 1, 7}, 4), "▁ ██");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_key_means_two_things_in_one_place),
        cmocka_unit_test(every_action_has_a_key_a_name_and_help),
        cmocka_unit_test(keys_are_found_where_they_are_valid),
        cmocka_unit_test(keys_can_be_bound_anew),
        cmocka_unit_test(settings_skip_bad_lines_and_name_the_first),
        cmocka_unit_test(settings_are_written_a_line_at_a_time),
        cmocka_unit_test(prompt_edits_whole_characters),
        cmocka_unit_test(prompt_takes_nothing_that_a_terminal_would_obey),
        cmocka_unit_test(prompt_is_full_at_its_end),
        cmocka_unit_test(bars_are_as_wide_as_asked),
    };
    return cmocka_run_group_tests_name("ui input", tests, NULL, NULL);
}

/* ui: theme files, and what is left of a theme on terminals with fewer colours. */
#include "ui/theme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char path[] = "/tmp/culprit-theme-XXXXXX";

static bool read_text(struct theme *theme, const char *text, struct error *error)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    *error = (struct error){0};
    return theme_read(theme, path, error);
}

static void theme_files_say_what_a_role_looks_like(void **state)
{
    (void)state;
    struct theme theme;
    struct error error;
    assert_true(read_text(&theme, "# comment\n[roles]\nalarm = bright-red on 17 bold underline\n", &error));
    const struct style *alarm = &theme.styles[ROLE_ALARM];
    assert_int_equal(alarm->foreground, 9);
    assert_int_equal(alarm->background, 17);
    assert_true(alarm->bold && alarm->underline && !alarm->reverse && !alarm->dim);
}

static void theme_roles_that_are_left_out_look_as_in_the_default(void **state)
{
    (void)state;
    struct theme theme, plain;
    struct error error;
    assert_true(theme_read(&plain, NULL, &error));
    assert_true(read_text(&theme, "[roles]\nalarm = red\n", &error));
    assert_memory_equal(&theme.styles[ROLE_SELECTION], &plain.styles[ROLE_SELECTION], sizeof(struct style));
    assert_int_equal(theme.styles[ROLE_ALARM].foreground, 1);
}

static void theme_errors_name_the_file_and_the_line(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "[roles]\ntext = octarine\n",
        "[roles]\ntext = 256\n",
        "[roles]\nno-such-role = red\n",
        "[colours]\ntext = default\n",
        "[roles]\ntext = red on\n",
        "[roles]\ntext = red blue on on\n",
        "[roles]\ntext\n",
        "[roles]\ntext = -1 on default\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct theme theme;
        struct error error;
        assert_false(read_text(&theme, bad[i], &error));
        assert_non_null(strstr(error.text, path));
        assert_non_null(strstr(error.text, "line 2"));
    }
}

static void theme_names_are_looked_up_and_unknown_ones_told(void **state)
{
    (void)state;
    struct theme plain, contrast;
    struct error error = {0};
    assert_true(theme_read(&plain, "default", &error));
    assert_true(theme_read(&contrast, "high-contrast", &error));
    assert_memory_not_equal(&plain, &contrast, sizeof plain);
    assert_false(theme_read(&plain, "no-such-theme", &error));
    assert_non_null(strstr(error.text, "no-such-theme"));
    assert_false(theme_read(&plain, "/no/such/file", &error));
    assert_non_null(strstr(error.text, "/no/such/file"));
}

static void style_reduce_takes_the_nearest_colour(void **state)
{
    (void)state;
    struct style style = {.foreground = 196, .background = COLOUR_DEFAULT, .bold = true};
    assert_int_equal(style_reduce(style, 256).foreground, 196);
    assert_int_equal(style_reduce(style, 16).foreground, 9);
    assert_int_equal(style_reduce(style, 8).foreground, 1);
    struct style none = style_reduce(style, 0);
    assert_true(none.bold && !none.reverse && none.foreground == COLOUR_DEFAULT);
}

static void style_reduce_never_lets_words_vanish(void **state)
{
    (void)state;
    static const int depths[] = {0, 8, 16, 256};
    for (size_t depth = 0; depth < sizeof depths / sizeof depths[0]; depth++)
        for (short foreground = 0; foreground < 256; foreground++)
            for (short background = -1; background < 256; background += 17) {
                struct style style = {.foreground = foreground, .background = background};
                if (foreground == background)
                    continue;
                struct style reduced = style_reduce(style, depths[depth]);
                assert_true(reduced.foreground != reduced.background || reduced.foreground == COLOUR_DEFAULT);
                if (depths[depth] == 0)
                    assert_int_equal(reduced.reverse, background != COLOUR_DEFAULT);
            }
}

static int start(void **state)
{
    (void)state;
    int descriptor = mkstemp(path);
    unsetenv("HOME");
    unsetenv("XDG_CONFIG_HOME");
    return descriptor < 0 ? -1 : close(descriptor);
}

static int end(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(theme_files_say_what_a_role_looks_like),
        cmocka_unit_test(theme_roles_that_are_left_out_look_as_in_the_default),
        cmocka_unit_test(theme_errors_name_the_file_and_the_line),
        cmocka_unit_test(theme_names_are_looked_up_and_unknown_ones_told),
        cmocka_unit_test(style_reduce_takes_the_nearest_colour),
        cmocka_unit_test(style_reduce_never_lets_words_vanish),
    };
    return cmocka_run_group_tests_name("theme", tests, start, end);
}

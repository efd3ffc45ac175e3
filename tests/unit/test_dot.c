/* export: the figure, as `dot` reads it. */
#include "tests/unit/export_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static void dot_needed(void)
{
    if (system("command -v dot >/dev/null 2>&1") == 0)
        return;
    print_message("skipped: there is no dot here (package graphviz)\n");
    skip();
}

/* The DOT text drawn by dot; the test fails when dot refuses it or takes longer than a minute. */
static struct buffer drawn(const struct buffer *figure)
{
    char path[] = "/tmp/culprit-test-dot-XXXXXX", command[128];
    int file = mkstemp(path);
    assert_true(file >= 0);
    bool written = write(file, figure->data, figure->length) == (ssize_t)figure->length;
    close(file);
    snprintf(command, sizeof command, "timeout 60 dot -Tsvg %s 2>&1", path);
    FILE *pipe = written ? popen(command, "r") : NULL;
    struct buffer svg = {0};
    char piece[4096];
    for (size_t bytes; pipe != NULL && (bytes = fread(piece, 1, sizeof piece, pipe)) > 0;)
        buffer_append(&svg, piece, bytes);
    int status = pipe == NULL ? -1 : pclose(pipe);
    unlink(path);
    if (status != 0)
        fail_msg("dot says: %.300s", buffer_text(&svg));
    assert_non_null(strstr(buffer_text(&svg), "</svg>"));
    assert_null(strstr(svg.data, "Warning"));
    return svg;
}

static void svg_holds(const char *name, const char *const *parts, size_t count)
{
    struct export_fixture *fixture = fixture_new(name);
    struct export_input input = fixture_input(fixture);
    struct buffer figure = exported(export_dot, &input), svg = drawn(&figure);
    for (size_t i = 0; i < count; i++)
        if (strstr(svg.data, parts[i]) == NULL)
            fail_msg("'%s' is not in the figure of '%.100s'", parts[i], name == NULL ? "the plain host" : name);
    buffer_done(&figure);
    buffer_done(&svg);
    fixture_free(fixture);
}

static void figure_shows_holder_file_and_waiters(void **state)
{
    (void)state;
    dot_needed();
    static const char *const parts[] = {
        ">#1 &#160;0.92<",    ">log&#45;rotate[8472]<", ">payment[812]<", ">orders[815]<",
        ">audit[819]<",       ">/var/log/app.log<",     ">cron.service<", ">lock \xe2\x89\xa5 41 s<",
        "stroke=\"#cc0000\"",
    };
    svg_holds(NULL, parts, sizeof parts / sizeof parts[0]);
}

/* Labels and tooltips show the name and nothing of it is obeyed. */
static void figure_shows_hostile_names_as_they_are(void **state)
{
    (void)state;
    dot_needed();
    static const struct {
        const char *name, *label, *tooltip;
    } names[] = {
        {"back\\", ">back\\<", "title=\"back\\\""},
        {"\\N\\G\\n", ">\\N\\G\\n<", "title=\"\\N\\G\\n\""},
        {"say \"x\"", ">say &quot;x&quot;<", "title=\"say &quot;x&quot;\""},
        {"a\nb", ">a\\x0ab<", "title=\"a\\x0ab\""},
        {"<b>x</b>", ">&lt;b&gt;x&lt;/b&gt;<", "title=\"&lt;b&gt;x&lt;/b&gt;\""},
        {"&lt;", ">&amp;lt;<", "title=\"&amp;lt;\""},
        {"\xff", ">\xef\xbf\xbd<", "title=\"\xef\xbf\xbd\""},
        {"\"]; x [URL=\"y", ">&quot;]; x [URL=&quot;y<", "title=\"&quot;]; x [URL=&quot;y\""},
        {"graph", ">graph<", "title=\"graph\""},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *const parts[] = {names[i].label, names[i].tooltip};
        svg_holds(names[i].name, parts, 2);
    }
}

static void figure_shortens_long_names_and_keeps_them_in_the_tooltip(void **state)
{
    (void)state;
    dot_needed();
    static const char ends[] = "front", tail[] = "the end";
    char *name = malloc(10001);
    memset(name, '\\', 10000);
    memcpy(name, ends, sizeof ends - 1);
    memcpy(name + 10001 - sizeof tail, tail, sizeof tail);
    struct buffer tooltip = {0};
    buffer_printf(&tooltip, "title=\"%s\"", name);
    const char *const parts[] = {">front\\\\\\\\\\\\\\\\\\\\\\\\\xe2\x80\xa6\\\\\\\\\\\\\\\\\\\\\\the end<",
                                 buffer_text(&tooltip)};
    svg_holds(name, parts, 2);
    buffer_done(&tooltip);
    free(name);
}

static size_t occurrences(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        count++;
    return count;
}

static void figure_is_bounded_and_says_so(void **state)
{
    (void)state;
    struct export_fixture *fixture = fixture_new(NULL);
    for (int i = 0; i < 10000; i++) {
        char path[32];
        snprintf(path, sizeof path, "/tmp/%d", i);
        uint32_t file = graph_node_add(fixture->graph, NODE_FILE, path, path, NULL);
        assert_non_null(graph_edge_add(fixture->graph, EDGE_OPENS, fixture->holder, file));
    }
    uint32_t late = graph_node_add(fixture->graph, NODE_PROCESS, "1@1", "late", "late[1]");
    assert_non_null(graph_edge_add(fixture->graph, EDGE_WAITS, late, fixture->waiters[0]));
    assert_true(graph_finish(fixture->graph, NULL));
    struct export_input input = fixture_input(fixture);
    struct buffer figure = exported(export_dot, &input);
    assert_int_equal(occurrences(figure.data, "\tfillcolor=") + occurrences(figure.data, "[fillcolor="), 150);
    assert_non_null(strstr(figure.data, "(9858 neighbours not drawn)"));
    assert_non_null(strstr(figure.data, "late[1]")); /* who waits comes before what is merely open */
    buffer_done(&figure);
    input.hops = 0;
    figure = exported(export_dot, &input);
    assert_int_equal(occurrences(figure.data, "[fillcolor="), 6);
    buffer_done(&figure);
    fixture_free(fixture);
}

static void blame_is_drawn_bold_and_red(void **state)
{
    (void)state;
    struct export_fixture *fixture = fixture_new(NULL);
    struct export_input input = fixture_input(fixture);
    struct buffer figure = exported(export_dot, &input);
    assert_int_equal(occurrences(figure.data, "penwidth=3"), 3);
    assert_int_equal(occurrences(figure.data, "color=\"#cc0000\",\n"), 6); /* lines and their words */
    buffer_done(&figure);
    fixture_free(fixture);
}

static double luminance(const char *colour)
{
    unsigned long rgb = strtoul(colour + 1, NULL, 16);
    double channels[3];
    for (int i = 0; i < 3; i++) {
        double c = (double)(rgb >> (8 * i) & 255) / 255;
        channels[i] = c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
    }
    return 0.2126 * channels[2] + 0.7152 * channels[1] + 0.0722 * channels[0];
}

static void words_stand_out_from_their_fill_at_every_score(void **state)
{
    (void)state;
    struct export_fixture *fixture = fixture_new(NULL);
    struct export_input input = fixture_input(fixture);
    for (double score = 0; score <= 1; score += 0.05) {
        fixture->verdict.suspects[0].score = score;
        struct buffer figure = exported(export_dot, &input);
        for (const char *at = figure.data; (at = strstr(at, "fillcolor=\"")) != NULL;) {
            at += strlen("fillcolor=\"");
            const char *words = strstr(at, "fontcolor=\"");
            assert_non_null(words);
            double fill = luminance(at), text = luminance(words + strlen("fontcolor=\""));
            double contrast = (fmax(fill, text) + 0.05) / (fmin(fill, text) + 0.05);
            assert_true(contrast >= 4.5);
        }
        buffer_done(&figure);
    }
    fixture_free(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figure_shows_holder_file_and_waiters),
        cmocka_unit_test(figure_shows_hostile_names_as_they_are),
        cmocka_unit_test(figure_shortens_long_names_and_keeps_them_in_the_tooltip),
        cmocka_unit_test(figure_is_bounded_and_says_so),
        cmocka_unit_test(blame_is_drawn_bold_and_red),
        cmocka_unit_test(words_stand_out_from_their_fill_at_every_score),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

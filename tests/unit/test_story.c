/* ui: the time line, from samples made by hand. */
#include "base/clock.h"
#include "ui/story_list.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { BOOT_S = 1000, TICKS_PER_S = 100 };

static int64_t time_ns(double seconds)
{
    return (int64_t)((1e9 + seconds) * NS_PER_S);
}

static uint64_t boot_ns(double seconds)
{
    return (uint64_t)((BOOT_S + seconds) * NS_PER_S);
}

static void text_set(struct sample *sample, enum table_kind kind, size_t row, size_t column, const char *text)
{
    sample_set_string(sample, kind, row, column, text, strlen(text));
}

static struct sample *sample_at(double seconds)
{
    struct sample *sample = sample_new();
    assert_non_null(sample);
    sample->time_ns = time_ns(seconds);
    sample->boottime_ns = (int64_t)boot_ns(seconds);
    size_t row = table_append(&sample->tables[TABLE_HOST]);
    table_set_u64(&sample->tables[TABLE_HOST], row, HOST_TICKS_PER_S, TICKS_PER_S);
    return sample;
}

static void process_put(struct sample *sample, unsigned pid, double born_s, const char *name)
{
    struct table *table = &sample->tables[TABLE_PROCESS];
    size_t row = table_append(table);
    table_set_u64(table, row, PROCESS_PID, pid);
    table_set_u64(table, row, PROCESS_START_TICKS, (uint64_t)((BOOT_S + born_s) * TICKS_PER_S));
    table_set_u64(table, row, PROCESS_PARENT_PID, 1);
    text_set(sample, TABLE_PROCESS, row, PROCESS_NAME, name);
}

static void wait_put(struct sample *sample, double since_s, double until_s, bool ongoing)
{
    struct table *table = &sample->tables[TABLE_WAIT];
    size_t row = table_append(table);
    table_set_u64(table, row, WAIT_KIND, WAIT_LOCK);
    table_set_u64(table, row, WAIT_PID, 7);
    text_set(sample, TABLE_WAIT, row, WAIT_NAME, "payment");
    table_set_u64(table, row, WAIT_HOLDER_PID, 8);
    text_set(sample, TABLE_WAIT, row, WAIT_HOLDER_NAME, "rotate");
    text_set(sample, TABLE_WAIT, row, WAIT_PATH, "/var/log/app.log");
    table_set_u64(table, row, WAIT_SINCE_NS, boot_ns(since_s));
    table_set_u64(table, row, WAIT_UNTIL_NS, boot_ns(until_s));
    table_set_u64(table, row, WAIT_ONGOING, ongoing);
}

static void read_and_release(struct story *story, struct sample *sample, uint64_t serial)
{
    story_read(story, sample, serial);
    sample_release(sample);
}

static void detail_is(const struct story_event *event, double now_s, const char *expected)
{
    struct buffer text = {0};
    story_detail_append(&text, event, time_ns(now_s));
    assert_string_equal(buffer_text(&text), expected);
    buffer_done(&text);
}

static void a_wait_that_every_sample_tells_of_is_one_event(void **state)
{
    (void)state;
    struct story story;
    story_init(&story);
    for (unsigned second = 1; second <= 4; second++) {
        struct sample *sample = sample_at(second);
        wait_put(sample, 0.5, second == 4 ? 3.5 : second, second < 4);
        read_and_release(&story, sample, second);
    }
    assert_int_equal(story.count, 1);
    const struct story_event *event = &story.events[0];
    assert_float_equal(story_seconds(event, time_ns(4)), 3, 1e-5);
    assert_false(story_goes_on(event, time_ns(4)));
    detail_is(event, 4, "for rotate[8], lock /var/log/app.log");
    /* Before its end it went on, and had taken less. */
    assert_true(story_goes_on(event, time_ns(2)));
    assert_float_equal(story_seconds(event, time_ns(2)), 1.5, 1e-5);
    detail_is(event, 2, "for rotate[8], lock /var/log/app.log, still");
    assert_false(story_begun(event, time_ns(0.2)));
    story_done(&story);
}

static void a_wait_of_culprit_itself_is_no_event(void **state)
{
    (void)state;
    struct story story;
    story_init(&story);
    struct sample *sample = sample_at(1);
    process_put(sample, 7, 0, "payment");
    table_set_u64(&sample->tables[TABLE_PROCESS], 0, PROCESS_SELF, 1);
    wait_put(sample, 0.5, 1, true);
    read_and_release(&story, sample, 1);
    assert_int_equal(story.count, 0);
    story_done(&story);
}

static void waits_that_follow_each_other_are_counted_and_later_ones_are_new(void **state)
{
    (void)state;
    struct story story;
    story_init(&story);
    for (unsigned second = 1; second <= 3; second++) {
        struct sample *sample = sample_at(second);
        wait_put(sample, second - 0.5, second - 0.25, false);
        read_and_release(&story, sample, second);
    }
    assert_int_equal(story.count, 1);
    detail_is(&story.events[0], 3, "for rotate[8], lock /var/log/app.log, 3 times, 750 ms in all");
    struct sample *later = sample_at(60);
    wait_put(later, 59, 60, true);
    read_and_release(&story, later, 4);
    assert_int_equal(story.count, 3);
    assert_int_equal(story.events[1].kind, STORY_GAP);
    detail_is(&story.events[1], 60, "nothing was seen for 57 s");
    story_done(&story);
}

static void answers_over_several_sockets_are_one_event_and_brief_ones_none(void **state)
{
    (void)state;
    struct story_list list;
    struct story_event wait = {.kind = STORY_WAIT,
                               .who = {7, 1, "client"},
                               .other = {8, 1, "server"},
                               .wait = WAIT_SOCKET_RECEIVE,
                               .count = 1,
                               .total_ns = 30000000};
    story_list_init(&list);
    for (unsigned inode = 1; inode <= 2; inode++) {
        wait.time_ns = time_ns(inode);
        wait.since_ns = (int64_t)boot_ns(inode);
        wait.until_ns = wait.time_ns + 30000000;
        story_add_wait(&list.story, &wait, inode);
        assert_true(story_list_update(&list, time_ns(9), NULL));
        assert_int_equal(list.count, inode - 1);
    }
    detail_is(&list.story.events[0], 9, "for server[8], an answer, 2 times, 60 ms in all");
    story_list_done(&list);
}

static void who_comes_and_goes_between_two_samples_is_told(void **state)
{
    (void)state;
    struct story story;
    struct sample *first = sample_at(1), *second = sample_at(2);
    process_put(first, 1, -900, "systemd");
    process_put(first, 5, -10, "old");
    process_put(second, 1, -900, "systemd");
    process_put(second, 6, 1.25, "new");
    /* Old enough to have been there, but not seen: nobody came. */
    process_put(second, 9, -100, "hidden");
    story_init(&story);
    read_and_release(&story, first, 1);
    assert_int_equal(story.count, 0);
    read_and_release(&story, second, 2);
    assert_int_equal(story.count, 2);
    assert_int_equal(story.events[0].kind, STORY_START);
    assert_int_equal(story.events[0].time_ns, time_ns(1.25));
    detail_is(&story.events[0], 2, "child of systemd[1]");
    assert_int_equal(story.events[1].kind, STORY_EXIT);
    assert_string_equal(story.events[1].who.name, "old");
    assert_float_equal(story_seconds(&story.events[1], time_ns(2)), 12, 1e-5);
    story_done(&story);
}

static void an_exit_that_the_kernel_told_is_told_once(void **state)
{
    (void)state;
    struct story story;
    struct sample *first = sample_at(1), *second = sample_at(2);
    process_put(first, 5, 0, "victim");
    struct table *table = &second->tables[TABLE_EVENT];
    for (int kind = EVENT_EXIT; kind <= EVENT_OOM; kind++) {
        size_t row = table_append(table);
        table_set_u64(table, row, EVENT_KIND, (uint64_t)kind);
        table_set_u64(table, row, EVENT_TIME_NS, boot_ns(1.5));
        table_set_u64(table, row, EVENT_PID, 5);
        table_set_u64(table, row, EVENT_START_TICKS, BOOT_S * TICKS_PER_S);
        table_set_u64(table, row, EVENT_OTHER_PID, 2);
        table_set_u64(table, row, EVENT_SIGNAL_NUMBER, 9);
        text_set(second, TABLE_EVENT, row, EVENT_OTHER_NAME, "bash");
    }
    story_init(&story);
    read_and_release(&story, first, 1);
    read_and_release(&story, second, 2);
    assert_int_equal(story.count, EVENT_OOM + 1);
    assert_string_equal(story.events[0].who.name, "victim");
    detail_is(&story.events[0], 2, "by SIGKILL, child of bash[2]");
    detail_is(&story.events[1], 2, "SIGKILL from bash[2]");
    story_done(&story);
}

static void segments_sent_again_on_one_connection_are_one_event(void **state)
{
    (void)state;
    struct story story;
    story_init(&story);
    for (unsigned second = 1; second <= 3; second++) {
        struct sample *sample = sample_at(second);
        struct table *table = &sample->tables[TABLE_EVENT];
        size_t row = table_append(table);
        table_set_u64(table, row, EVENT_KIND, EVENT_RESENT);
        table_set_u64(table, row, EVENT_SINCE_NS, boot_ns(second - 0.5));
        table_set_u64(table, row, EVENT_TIME_NS, boot_ns(second - 0.25));
        table_set_u64(table, row, EVENT_COUNT, 2);
        text_set(sample, TABLE_EVENT, row, EVENT_REMOTE, second < 3 ? "10.0.0.9:443" : "10.0.0.8:443");
        read_and_release(&story, sample, second);
    }
    assert_int_equal(story.count, 2);
    detail_is(&story.events[0], 3, "4 segments to 10.0.0.9:443 sent again");
    assert_int_equal(story.events[0].time_ns, time_ns(0.5));
    assert_int_equal(story.events[0].until_ns, time_ns(1.75));
    story_done(&story);
}

static void those_who_live_briefly_are_told_together(void **state)
{
    (void)state;
    struct story story;
    struct story_event exit = {.kind = STORY_EXIT, .other = {1, 1, "make"}, .count = 1};
    story_init(&story);
    for (unsigned pid = 10; pid < 13; pid++) {
        exit.who = (struct story_party){pid, pid, "cc"};
        exit.time_ns = exit.until_ns = time_ns(pid);
        exit.lived_s = 0.5;
        story_add_exit(&story, &exit);
    }
    exit.who = (struct story_party){20, 20, "cc"};
    exit.lived_s = 600;
    story_add_exit(&story, &exit);
    assert_int_equal(story.count, 2);
    assert_int_equal(story.events[0].who.pid, 12);
    assert_float_equal(story_seconds(&story.events[0], time_ns(12)), 2, 1e-5);
    detail_is(&story.events[0], 12, "from make[1], the last [12]");
    assert_true(story_contains(&story.events[0], "cc x3", time_ns(12)));
    exit.who = (struct story_party){13, 13, "cc"};
    exit.other = (struct story_party){2, 2, "make"};
    exit.time_ns = exit.until_ns = time_ns(13);
    exit.lived_s = 0.5;
    story_add_exit(&story, &exit);
    exit.who = (struct story_party){14, 14, "cc"};
    exit.other = (struct story_party){3, 3, "bash"};
    story_add_exit(&story, &exit);
    assert_int_equal(story.count, 3);
    assert_true(story_contains(&story.events[0], "cc x4", time_ns(13)));
    detail_is(&story.events[0], 13, "from make, the last [13]");
    assert_float_equal(story_seconds(&story.events[1], time_ns(12)), 600, 1e-5);
    story_done(&story);
}

static void the_list_is_newest_first_filtered_and_follows_its_event(void **state)
{
    (void)state;
    struct story_list list;
    story_list_init(&list);
    for (unsigned second = 1; second <= 3; second++) {
        struct sample *sample = sample_at(second);
        process_put(sample, 1, -900, "systemd");
        for (unsigned pid = 10; pid < 10 + second; pid++)
            process_put(sample, pid, pid - 9 - 0.5, pid % 2 == 0 ? "worker" : "workers");
        wait_put(sample, 0.5, second, true);
        read_and_release(&list.story, sample, second);
    }
    assert_true(story_list_update(&list, time_ns(2), NULL));
    assert_int_equal(list.count, 2);
    story_list_select(&list, 1);
    assert_true(story_list_update(&list, time_ns(3), NULL));
    assert_int_equal(list.count, 3);
    assert_int_equal(story_list_selected(&list)->kind, STORY_WAIT);
    assert_int_equal(list.selected, 2);
    struct error error;
    assert_true(filter_set(&list.filter, "kind=waits took>1s", &error));
    assert_true(story_list_update(&list, time_ns(3), NULL));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.all, 3);
    assert_false(filter_set(&list.filter, "cpu>1", &error));
    strcpy(list.search, "ROTATE");
    assert_true(filter_set(&list.filter, "", &error));
    assert_true(story_list_update(&list, time_ns(3), NULL));
    assert_true(story_list_search(&list, 0));
    assert_int_equal(story_list_selected(&list)->kind, STORY_WAIT);
    story_list_done(&list);
}

static void the_oldest_are_forgotten_when_there_are_too_many(void **state)
{
    (void)state;
    struct story story;
    struct story_event event = {.kind = STORY_START, .who = {1, 1, "name"}, .on = "command"};
    story_init(&story);
    for (size_t i = 0; i < 2 * STORY_EVENTS_MAX; i++) {
        event.time_ns = (int64_t)i;
        assert_non_null(story_add(&story, &event));
    }
    assert_true(story.count <= STORY_EVENTS_MAX && story.count >= STORY_EVENTS_MAX / 2);
    assert_int_equal(story.events[story.count - 1].time_ns, 2 * STORY_EVENTS_MAX - 1);
    assert_string_equal(story.events[0].on, "command");
    story_done(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_that_every_sample_tells_of_is_one_event),
        cmocka_unit_test(a_wait_of_culprit_itself_is_no_event),
        cmocka_unit_test(waits_that_follow_each_other_are_counted_and_later_ones_are_new),
        cmocka_unit_test(answers_over_several_sockets_are_one_event_and_brief_ones_none),
        cmocka_unit_test(who_comes_and_goes_between_two_samples_is_told),
        cmocka_unit_test(an_exit_that_the_kernel_told_is_told_once),
        cmocka_unit_test(segments_sent_again_on_one_connection_are_one_event),
        cmocka_unit_test(those_who_live_briefly_are_told_together),
        cmocka_unit_test(the_list_is_newest_first_filtered_and_follows_its_event),
        cmocka_unit_test(the_oldest_are_forgotten_when_there_are_too_many),
    };
    return cmocka_run_group_tests_name("story", tests, NULL, NULL);
}

/* Asking the collector for samples. */
#include "ui/live.h"

#include "base/clock.h"

enum { OVERDUE_AFTER_S = 3, SECOND_SAMPLE_MS = 500, REST_MS = 500 };

void live_init(struct live *live, int64_t interval_ns)
{
    *live = (struct live){.interval_ns = interval_ns, .due_ns = clock_boottime_ns()};
}

void live_ask(struct live *live, struct collector *collector, bool now, struct error *error)
{
    int64_t time_ns = clock_boottime_ns();
    if (live->ended || live->asked_ns != 0 || (!now && time_ns < live->due_ns))
        return;
    bool complete = live->arrived_count > 0;
    bool asked = collector_request(collector, complete, error);
    live->ended = collector_ended(collector);
    live->returns = collector_returns(collector);
    live->asked_ns = asked ? time_ns : 0;
    live->due_ns = time_ns + live->interval_ns;
}

void live_rest(struct live *live)
{
    if (live->asked_ns == 0)
        live->due_ns = clock_boottime_ns() + REST_MS * NS_PER_MS;
}

bool live_take(struct live *live, struct collector *collector, struct cursor *cursor, struct error *error)
{
    error->text[0] = '\0';
    struct sample *sample = collector_receive(collector, 0, error);
    if (sample == NULL) {
        live->ended = collector_ended(collector);
        live->returns = live->returns || collector_returns(collector);
        if (error->text[0] != '\0') /* to be asked again */
            live->asked_ns = 0;
        return false;
    }
    int64_t now_ns = clock_boottime_ns();
    live->asked_ns = 0;
    live->gap_s = live->returns && live->arrived_ns != 0 ? (double)(now_ns - live->arrived_ns) / (double)NS_PER_S : 0;
    live->returns = false;
    live->arrived_ns = now_ns;
    /* Rates need two samples: the second one comes early. */
    if (live->arrived_count++ == 0 && live->interval_ns > SECOND_SAMPLE_MS * NS_PER_MS)
        live->due_ns = live->arrived_ns + SECOND_SAMPLE_MS * NS_PER_MS;
    bool kept = cursor_append(cursor, sample, error);
    sample_release(sample);
    return kept;
}

long live_overdue_s(const struct live *live)
{
    if (live->ended || live->asked_ns == 0)
        return 0;
    long seconds = (long)((clock_boottime_ns() - live->asked_ns) / NS_PER_S);
    return seconds >= OVERDUE_AFTER_S ? seconds : 0;
}

int live_timeout_ms(const struct live *live)
{
    if (live->ended)
        return -1;
    if (live->asked_ns != 0)
        return 1000;
    int64_t left_ns = live->due_ns - clock_boottime_ns();
    if (left_ns <= 0)
        return 0;
    return left_ns > 60 * NS_PER_S ? 60000 : (int)(left_ns / NS_PER_MS) + 1;
}

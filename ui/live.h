/* Asking the collector for samples, one at a time, without ever waiting for it. */
#ifndef UI_LIVE_H
#define UI_LIVE_H

#include "collect/collector.h"
#include "cursor/cursor.h"

struct live {
    int64_t interval_ns;
    int64_t due_ns;     /* when to ask next; boot time, as all of these */
    int64_t asked_ns;   /* when the sample under way was asked for; 0 = none is */
    int64_t arrived_ns; /* when the newest one came; 0 = none yet */
    size_t arrived_count;
    bool ended;   /* the collector is gone for good */
    bool returns; /* it died, and is being started again */
    double gap_s; /* it was not there for so long before the newest sample; 0 = it was */
};

void live_init(struct live *live, int64_t interval_ns);

/* Asks for a sample when it is time, or at once. The first one is quick, so that there is something to see. */
void live_ask(struct live *live, struct collector *collector, bool now, struct error *error);

/* Somebody else's samples come: nobody is asked for now. */
void live_rest(struct live *live);

/* Takes in what has arrived. True: a new sample stands in the cursor. False with an empty error: not yet. */
bool live_take(struct live *live, struct collector *collector, struct cursor *cursor, struct error *error);

/* How long the loop may sleep before live_ask has something to do, or the header something to say; -1 = for ever. */
int live_timeout_ms(const struct live *live);

/* Seconds since a sample has been overdue; 0 = it is not. */
long live_overdue_s(const struct live *live);

#endif

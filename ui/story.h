/* What happened, as a time line: who waited for whom on what how long, who started and exited, signals with their
 * sender, kills for lack of memory, and when nobody looked. Read from the samples one after the other; single waits of
 * the same kind that follow each other closely are one event. Knows no terminal. */
#ifndef UI_STORY_H
#define UI_STORY_H

#include "base/index.h"
#include "base/memory.h"
#include "cursor/cursor.h"
#include "sample/sample.h"
#include "ui/filter.h"

/* X(enum, "word in the list and in filters") */
#define STORY_KINDS(X)          \
    X(STORY_WAIT, "waits")      \
    X(STORY_START, "starts")    \
    X(STORY_EXIT, "exits")      \
    X(STORY_SIGNAL, "signal")   \
    X(STORY_KILL, "oom-kill")   \
    X(STORY_CONNECT, "connect") \
    X(STORY_RESENT, "resends")  \
    X(STORY_GAP, "gap")
#define STORY_ENUM(kind, word) kind,
enum story_kind { STORY_KINDS(STORY_ENUM) STORY_KIND_COUNT };
extern const char *const story_kinds[STORY_KIND_COUNT];

/* Samples before the moment on the screen that are read, and events that are kept: then the older half goes. */
/* Waits that pass within so much in all are not told: servers and shells do nothing else. */
#define STORY_WAIT_LEAST_NS UINT64_C(50000000)

enum { STORY_SAMPLES = 600, STORY_EVENTS_MAX = 16384 };

struct story_party {
    uint64_t pid, start_ticks; /* pid 0 = nobody is known */
    const char *name;          /* raw; NULL = unknown */
};

struct story_event {
    uint64_t number; /* rises with every event; identifies it */
    enum story_kind kind;
    struct story_party who, other;          /* other: for whom it waited, parent, sender */
    const char *on;                         /* raw: path or address waited on; command line; NULL = none */
    int64_t time_ns;                        /* wall clock: when it began */
    int64_t until_ns;                       /* when it ended, as far as was read; of what takes no time: time_ns */
    uint64_t serial;                        /* the newest sample that tells of it */
    enum wait_kind wait;                    /* waits only, as all below but the signal */
    int64_t since_ns;                       /* boot time at which the newest single wait began */
    uint64_t count, total_ns;               /* single waits, the time waited in all of them */
    uint64_t count_before, total_before_ns; /* without the newest one */
    bool ongoing, at_least, inferred;
    bool several_parents; /* of those who start or exit together: of the same name, and not all the same */
    unsigned signal;      /* that was sent, or that ended it; 0 = none */
    unsigned error;       /* errno value of a connection that failed; 0 = it was given up */
    double lived_s;       /* who exits: how long it had lived; NaN = unknown */
};

struct story {
    struct story_event *events; /* in the order in which they were read */
    size_t count, capacity;
    struct story_relation *relations; /* waits, to the newest event of each kind and pair */
    size_t relation_count, relation_capacity;
    struct index index;
    struct arena strings;
    uint64_t next_number;
    struct sample *before; /* the newest sample that was read: a reference; NULL = none yet */
    int64_t step_ns;       /* from one sample to the next, as last seen; 0 = unknown */
    uint64_t first, last;  /* serials that were read; 0, 0 = none */
    bool failed;           /* memory ran out */
};

void story_init(struct story *story);
void story_done(struct story *story);

/* The next serial to read so that the story tells of the time before `serial`; 0 = it does. Forgets what was read when
 * that is another time. */
uint64_t story_missing(struct story *story, const struct cursor *cursor, uint64_t serial);

/* Takes in the sample of that serial, the one after those that were read. NULL: it is damaged, and skipped. */
void story_read(struct story *story, struct sample *sample, uint64_t serial);

/* Adds an event and sets its number; a borrowed pointer until the next one, or NULL: out of memory. */
struct story_event *story_add(struct story *story, const struct story_event *event);
/* Takes in a row of the wait table: a new event, or the last one of that relation goes on. inode: of the object, to
 * tell relations apart. */
void story_add_wait(struct story *story, const struct story_event *event, uint64_t inode);

/* Takes in an exit: who lived briefly is told together with others of the same name whose parents have the same name;
 * `who` is then the last one. */
void story_add_exit(struct story *story, const struct story_event *event);
/* The same of who started, however long it lives. */
void story_add_start(struct story *story, const struct story_event *event);
/* Takes in segments that were sent again: a new event, or the last one of that connection goes on. */
void story_add_resent(struct story *story, const struct story_event *event);

/* Is there anything to tell of it? */
bool story_tells(const struct story_event *event);

/* At a moment: had it begun, does it go on, how long did it take until then (NaN = it takes no time)? */
bool story_begun(const struct story_event *event, int64_t now_ns);
bool story_goes_on(const struct story_event *event, int64_t now_ns);
double story_seconds(const struct story_event *event, int64_t now_ns);

/* "payment[812]", raw, appended; "?" when nobody is known. */
void story_party_append(struct buffer *out, const struct story_party *party);
/* Who it is about: "payment[812]", "cc1 x314". */
void story_who_append(struct buffer *out, const struct story_event *event, int64_t now_ns);
/* All there is to say beside time, kind and who, raw: "for log-rotate[8472], lock /var/log/app.log, still". */
void story_detail_append(struct buffer *out, const struct story_event *event, int64_t now_ns);

/* The fields of filters: kind, who, other, on, detail, took, pid. */
const struct column *story_column(const char *name);
bool story_passes(const struct story_event *event, const struct filter *filter, int64_t now_ns);
/* Does it contain the text, in what stands on the screen? */
bool story_contains(const struct story_event *event, const char *text, int64_t now_ns);

#endif

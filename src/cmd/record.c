/* culprit record: the flight recorder. */
#include "cmd/command.h"
#include "cmd/host.h"
#include "cmd/judging.h"

#include "base/clock.h"
#include "base/units.h"
#include "record/announce.h"
#include "record/writer.h"
#include "sample/redact.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

enum { OPEN_WAIT_MS = 10000, CLOSE_WAIT_MS = 10000 };

struct settings {
    const char *output;
    int64_t interval_ns, duration_ns, retain_ns;
    uint64_t size_max_bytes;
    bool redact, anonymise, sync;
};

static const struct option_row option_rows[] = {
    {.name = "output",
     .letter = 'o',
     .type = OPTION_TEXT,
     .offset = offsetof(struct settings, output),
     .argument = "FILE",
     .help = "the recording; one that is there is continued"},
    OPTION_INTERVAL,
    {.name = "duration",
     .type = OPTION_DURATION,
     .offset = offsetof(struct settings, duration_ns),
     .argument = "DURATION",
     .help = "how long (until it is interrupted)"},
    {.name = "max-size",
     .type = OPTION_SIZE,
     .offset = offsetof(struct settings, size_max_bytes),
     .argument = "SIZE",
     .help = "drop the oldest samples beyond it (no limit)"},
    {.name = "retain",
     .type = OPTION_DURATION,
     .offset = offsetof(struct settings, retain_ns),
     .argument = "DURATION",
     .help = "drop samples older than this (keep all)"},
    {.name = "redact",
     .type = OPTION_FLAG,
     .offset = offsetof(struct settings, redact),
     .help = "replace arguments that look like secrets by [redacted]"},
    {.name = "anonymise",
     .type = OPTION_FLAG,
     .offset = offsetof(struct settings, anonymise),
     .help = "names, paths and addresses by keyed hash, so that it can be shared"},
    {.name = "sync",
     .type = OPTION_FLAG,
     .offset = offsetof(struct settings, sync),
     .help = "sync every sample to the disk (every 10 s: what a power loss takes at most)"},
};

static volatile sig_atomic_t interrupted;

static void interrupt_note(int number)
{
    (void)number;
    interrupted = 1;
}

/* They come while it sleeps only, so that none slips in between looking and sleeping. `asleep` is the mask for that. */
static void interrupt_catch(sigset_t *asleep)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = interrupt_note}, before;
    sigset_t caught;
    sigemptyset(&caught);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        bool ignored = sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler == SIG_IGN;
        if (numbers[i] == SIGHUP && ignored) /* nohup: it is to go on without its terminal */
            continue;
        sigaction(numbers[i], &action, NULL);
        sigaddset(&caught, numbers[i]);
    }
    sigprocmask(SIG_BLOCK, &caught, asleep);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        sigdelset(asleep, numbers[i]);
}

/* What a run of the recorder has said of its disk and its collector. */
struct told {
    bool trouble, stalled;
    size_t lost;     /* when the trouble began */
    bool gap;        /* there is no collector */
    int64_t seen_ns; /* boot time of the newest sample */
};

/* The recorder at work. */
struct recorder {
    const struct command *command;
    const struct settings *settings;
    struct host host;
    struct writer *writer;
    struct announce *announce; /* NULL: nobody is told */
    struct judging *judging;
    struct anonymise_key secret;
    struct told told;
};

/* What of a sample may leave the house: redacted, anonymised. Takes the reference over; NULL on failure. */
static struct sample *sample_share(const struct recorder *recorder, struct sample *sample, struct error *error)
{
    struct sample *shared = sample;
    if (sample == NULL || (recorder->settings->redact && !sample_redact(sample, error)))
        shared = NULL;
    else if (recorder->settings->anonymise)
        shared = sample_anonymise(sample, &recorder->secret, error);
    if (shared != sample)
        sample_release(sample);
    return shared;
}

static size_t samples_lost(const struct writer_state *state)
{
    return state->dropped + state->failed;
}

/* Says when writing begins to fail or to hang, and when that is over. */
static void disk_tell(struct recorder *recorder)
{
    enum { STALLED_S = 5 };
    struct told *told = &recorder->told;
    struct writer_state state = writer_state(recorder->writer);
    bool fails = state.trouble != NULL, hangs = state.stalled_s >= STALLED_S;
    if (fails && !told->trouble)
        command_note(recorder->command, "%s; trying again at every sample", state.trouble);
    if (hangs && !told->stalled)
        command_note(recorder->command, "the disk under %s does not answer: samples wait in memory",
                     recorder->settings->output);
    told->trouble = told->trouble || fails;
    told->stalled = told->stalled || hangs;
    if ((told->trouble || told->stalled) && !fails && !hangs && state.waiting == 0) {
        command_note(recorder->command, "recording goes on; %zu samples were lost", samples_lost(&state) - told->lost);
        told->trouble = told->stalled = false;
        told->lost = samples_lost(&state);
    }
}

/* Sleeps until the next multiple of the interval, so that recordings of two hosts line up; misses are not made up. What
 * waits to be written goes on meanwhile. */
static void interval_sleep(struct recorder *recorder, const sigset_t *asleep)
{
    int64_t interval_ns = recorder->settings->interval_ns;
    int64_t next_ns = clock_realtime_ns() / interval_ns * interval_ns + interval_ns;
    struct writer *writer = recorder->writer;
    for (bool woken = true; woken && !interrupted;) {
        int64_t wait_ns = next_ns - clock_realtime_ns();
        if (wait_ns <= 0 || wait_ns > interval_ns) /* the clock was set back */
            break;
        struct timespec wait = {.tv_sec = wait_ns / NS_PER_S, .tv_nsec = wait_ns % NS_PER_S};
        struct pollfd written = {.fd = writer_descriptor(writer), .events = writer_events(writer)};
        woken = ppoll(&written, 1, &wait, asleep) > 0;
        writer_work(writer);
        disk_tell(recorder);
    }
}

/* Says when the collector died, and when it is back. */
static void collector_tell(struct recorder *recorder, const struct sample *sample, const struct error *error)
{
    struct told *told = &recorder->told;
    if (sample == NULL && !told->gap) {
        command_note(recorder->command, "%s", error->text);
        told->gap = true;
    } else if (sample != NULL && told->gap) {
        command_note(recorder->command, "recording goes on; nothing was seen for %.0f s",
                     (double)(sample->boottime_ns - told->seen_ns) / (double)NS_PER_S);
        told->gap = false;
    }
    if (sample != NULL)
        told->seen_ns = sample->boottime_ns;
}

static bool sample_record(struct recorder *recorder, struct error *error)
{
    struct sample *sample = collector_sample(recorder->host.collector, true, error);
    if (sample != NULL || collector_returns(recorder->host.collector))
        collector_tell(recorder, sample, error);
    if (sample == NULL)
        return collector_returns(recorder->host.collector);
    sample = sample_share(recorder, sample, error);
    if (sample == NULL)
        return false;
    if (writer_offer(recorder->writer, sample))
        judging_take(recorder->judging, recorder->writer, sample);
    sample_release(sample);
    struct writer_state state = writer_state(recorder->writer);
    disk_tell(recorder);
    return !state.ended ||
           error_set(error, "%s", state.trouble == NULL ? "nothing is written any more" : state.trouble);
}

static bool recorder_open(struct recorder *recorder, struct error *error)
{
    const int64_t window_ns = 5 * NS_PER_S;
    const struct settings *settings = recorder->settings;
    struct recording_options options = {.size_max_bytes = settings->size_max_bytes,
                                        .retain_ns = settings->retain_ns,
                                        .anonymised = settings->anonymise,
                                        .sync = settings->sync};
    if ((settings->anonymise && !anonymise_key_draw(&recorder->secret, error)) ||
        !host_open_alone(&recorder->host, error))
        return false;
    recorder->writer = writer_start(settings->output, &options, error);
    if (recorder->writer != NULL && writer_await(recorder->writer, OPEN_WAIT_MS, error))
        recorder->judging = judging_new(writer_state(recorder->writer).before > 0, window_ns, error);
    if (recorder->judging != NULL) {
        struct error ignored; /* a recorder that nobody finds records all the same */
        if (!settings->anonymise)
            recorder->announce = announce_new(settings->output, settings->interval_ns, &ignored);
        return true;
    }
    writer_finish(recorder->writer, CLOSE_WAIT_MS, NULL, NULL);
    host_close(&recorder->host);
    return false;
}

static enum exit_status recorder_finish(struct recorder *recorder, bool done, struct error *error)
{
    char size[32];
    announce_free(recorder->announce);
    judging_free(recorder->judging);
    host_close(&recorder->host);
    struct writer_state state;
    if (!writer_finish(recorder->writer, CLOSE_WAIT_MS, &state, done ? error : NULL))
        done = false;
    if (done && state.written == 0)
        done = error_set(error, "no sample could be written to %s", recorder->settings->output);
    if (!done)
        return STATUS_FAILED;
    fprintf(stderr, "culprit record: %zu samples, %s\n", state.written,
            bytes_format(size, sizeof size, (double)state.size_bytes));
    return STATUS_DONE;
}

static enum exit_status record_run(const struct command *command, const void *given, char **words, struct error *error)
{
    (void)words;
    const struct settings *settings = given;
    if (settings->output == NULL) {
        error_set(error, "-o FILE is missing: say where to record");
        return STATUS_USAGE;
    }
    struct recorder recorder = {.command = command, .settings = settings};
    if (!recorder_open(&recorder, error))
        return STATUS_FAILED;
    sigset_t asleep;
    interrupt_catch(&asleep);
    int64_t end_ns = settings->duration_ns == 0 ? INT64_MAX : clock_boottime_ns() + settings->duration_ns;
    bool done = true;
    while (done && !interrupted) {
        done = sample_record(&recorder, error);
        if (clock_boottime_ns() + settings->interval_ns > end_ns)
            break;
        if (done && !interrupted)
            interval_sleep(&recorder, &asleep);
    }
    return recorder_finish(&recorder, done, error);
}

const struct command command_record = {
    .name = "record",
    .arguments = "",
    .summary = "the flight recorder: a sample every second into a file",
    .details = "Ends with Ctrl-C or after --duration. The file can be opened while it is written: culprit replay FILE.",
    OPTION_ROWS(option_rows),
    OPTION_DEFAULTS(.interval_ns = NS_PER_S),
    .run = record_run,
};

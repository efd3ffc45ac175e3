/* culprit record: the flight recorder. */
#include "cmd/command.h"
#include "cmd/host.h"
#include "cmd/judging.h"

#include "base/clock.h"
#include "base/units.h"
#include "record/announce.h"
#include "record/recording.h"
#include "sample/redact.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

struct settings {
    const char *output;
    int64_t interval_ns, duration_ns, retain_ns;
    uint64_t size_max_bytes;
    bool redact, anonymise;
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

/* Sleeps until the next multiple of the interval, so that recordings of two hosts line up; misses are not made up. */
static void interval_sleep(int64_t interval_ns, const sigset_t *asleep)
{
    int64_t next_ns = clock_realtime_ns() / interval_ns * interval_ns + interval_ns;
    int64_t wait_ns = next_ns - clock_realtime_ns();
    struct timespec wait = {.tv_sec = wait_ns / NS_PER_S, .tv_nsec = wait_ns % NS_PER_S};
    if (wait_ns > 0)
        ppoll(NULL, 0, &wait, asleep);
}

/* What a run of the recorder did. */
struct tally {
    size_t samples;
    size_t missed; /* could not be written; said when it begins and when it is over */
};

/* The recorder at work. */
struct recorder {
    const struct command *command;
    const struct settings *settings;
    struct host host;
    struct recording *recording;
    struct announce *announce; /* NULL: nobody is told */
    struct judging *judging;
    struct anonymise_key secret;
    struct tally tally;
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

static bool sample_record(struct recorder *recorder, struct error *error)
{
    struct tally *tally = &recorder->tally;
    struct sample *sample = sample_share(recorder, collector_sample(recorder->host.collector, true, error), error);
    if (sample == NULL)
        return false;
    struct error trouble = {0};
    if (recording_append(recorder->recording, sample, &trouble)) {
        if (tally->missed > 0)
            command_note(recorder->command, "recording goes on; %zu samples were lost", tally->missed);
        tally->samples++;
        tally->missed = 0;
        judging_take(recorder->judging, recorder->recording, sample);
    } else if (tally->missed++ == 0) {
        command_note(recorder->command, "%s; trying again at every sample", trouble.text);
    }
    sample_release(sample);
    return true;
}

static bool recorder_open(struct recorder *recorder, struct error *error)
{
    const int64_t window_ns = 5 * NS_PER_S;
    const struct settings *settings = recorder->settings;
    struct recording_options options = {.size_max_bytes = settings->size_max_bytes,
                                        .retain_ns = settings->retain_ns,
                                        .anonymised = settings->anonymise};
    if ((settings->anonymise && !anonymise_key_draw(&recorder->secret, error)) ||
        !host_open_alone(&recorder->host, error))
        return false;
    recorder->recording = recording_create(settings->output, &options, error);
    if (recorder->recording != NULL)
        recorder->judging = judging_new(recorder->recording, window_ns, error);
    if (recorder->judging != NULL) {
        struct error ignored; /* a recorder that nobody finds records all the same */
        if (!settings->anonymise)
            recorder->announce = announce_new(settings->output, settings->interval_ns, &ignored);
        return true;
    }
    recording_close(recorder->recording, NULL);
    host_close(&recorder->host);
    return false;
}

static int recorder_finish(struct recorder *recorder, bool done, struct error *error)
{
    char size[32];
    bytes_format(size, sizeof size, (double)recording_size_bytes(recorder->recording));
    announce_free(recorder->announce);
    judging_free(recorder->judging);
    host_close(&recorder->host);
    if (!recording_close(recorder->recording, done ? error : NULL))
        done = false;
    if (done && recorder->tally.samples == 0)
        done = error_set(error, "no sample could be written to %s", recorder->settings->output);
    if (!done)
        return command_fail(recorder->command, STATUS_FAILED, error);
    fprintf(stderr, "culprit record: %zu samples, %s\n", recorder->tally.samples, size);
    return STATUS_DONE;
}

static int record_run(const struct command *command, int argc, char **argv)
{
    struct settings settings = {.interval_ns = NS_PER_S};
    int first;
    enum options_outcome outcome = options_read(command, argc, argv, &settings, &first);
    if (outcome != OPTIONS_RUN)
        return outcome == OPTIONS_HELP ? STATUS_DONE : STATUS_USAGE;
    struct error error = {0};
    if (settings.output == NULL) {
        error_set(&error, "-o FILE is missing: say where to record");
        return command_fail(command, STATUS_USAGE, &error);
    }
    struct recorder recorder = {.command = command, .settings = &settings};
    if (!recorder_open(&recorder, &error))
        return command_fail(command, STATUS_FAILED, &error);
    sigset_t asleep;
    interrupt_catch(&asleep);
    int64_t end_ns = settings.duration_ns == 0 ? INT64_MAX : clock_boottime_ns() + settings.duration_ns;
    bool done = true;
    while (done && !interrupted) {
        done = sample_record(&recorder, &error);
        if (clock_boottime_ns() + settings.interval_ns > end_ns)
            break;
        if (done && !interrupted)
            interval_sleep(settings.interval_ns, &asleep);
    }
    return recorder_finish(&recorder, done, &error);
}

const struct command command_record = {
    .name = "record",
    .arguments = "",
    .summary = "the flight recorder: a sample every second into a file",
    .details = "Ends with Ctrl-C or after --duration. The file can be opened while it is written: culprit replay FILE.",
    OPTION_ROWS(option_rows),
    .run = record_run,
};

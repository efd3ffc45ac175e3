/* What a sample costs on its way to disk and back, on a host with 3,000 processes, 33,000 descriptors and 9,000 sockets
 * of which a tenth of the processes changes from second to second; and how soon a recording of a day is open. */
#include "base/clock.h"
#include "cursor/cursor.h"
#include "record/recording.h"
#include "sample/codec.h"
#include "tests/unit/make_sample.h"
#include "tests/unit/scratch.h"

#include <stdio.h>
#include <stdlib.h>

enum { PROCESSES = 3000, ROUNDS = 21, SAMPLES = 120, DAY_SAMPLES = 86400 };

static int order(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median_ms(double *values, size_t count)
{
    qsort(values, count, sizeof *values, order);
    return values[count / 2];
}

static double since_ms(int64_t start_ns)
{
    return (double)(clock_cpu_ns() - start_ns) / 1e6;
}

static bool codec_measure(void)
{
    double writing[ROUNDS], reading[ROUNDS], hiding[ROUNDS];
    struct anonymise_key key = {{1, 2}};
    struct buffer bytes = {0};
    struct sample *sample = sample_make(PROCESSES, 1);
    bool good = sample != NULL;
    for (size_t round = 0; good && round < ROUNDS; round++) {
        buffer_clear(&bytes);
        int64_t start_ns = clock_cpu_ns();
        good = sample_encode(sample, &bytes, NULL);
        writing[round] = since_ms(start_ns);
        start_ns = clock_cpu_ns();
        struct sample *read = sample_decode(bytes.data, bytes.length, NULL);
        reading[round] = since_ms(start_ns);
        start_ns = clock_cpu_ns();
        struct sample *anonymous = sample_anonymise(sample, &key, NULL);
        hiding[round] = since_ms(start_ns);
        good = good && read != NULL && anonymous != NULL;
        sample_release(anonymous);
        sample_release(read);
    }
    if (good)
        printf("encode %.2f ms, decode %.2f ms, anonymise %.2f ms, %zu KB\n", median_ms(writing, ROUNDS),
               median_ms(reading, ROUNDS), median_ms(hiding, ROUNDS), bytes.length / 1024);
    buffer_done(&bytes);
    sample_release(sample);
    return good;
}

static bool recording_measure(const char *path)
{
    static const struct recording_options options;
    double appending[SAMPLES];
    struct recording *recording = recording_create(path, &options, NULL);
    bool good = recording != NULL;
    double all_ms = 0;
    for (unsigned moment = 0; good && moment < SAMPLES; moment++) {
        struct sample *sample = sample_make(PROCESSES, moment);
        int64_t start_ns = clock_cpu_ns();
        good = sample != NULL && recording_append(recording, sample, NULL);
        appending[moment] = since_ms(start_ns);
        all_ms += appending[moment];
        sample_release(sample);
    }
    good = recording_close(recording, NULL) && good;
    double median = median_ms(appending, SAMPLES);
    if (good)
        printf("append %.2f ms (on average, with bundling, at most 10), %.2f the median, %.2f the longest; %.1f KB a "
               "sample on disk (at most 20)\n",
               all_ms / SAMPLES, median, appending[SAMPLES - 1], (double)file_bytes(path) / 1024 / SAMPLES);
    return good;
}

/* Samples here and there: each with the keyframe that it is packed against. */
static bool reading_measure(const char *path)
{
    enum { STRIDE = 61 };
    double reading[ROUNDS];
    struct recording *recording = recording_open(path, NULL);
    bool good = recording != NULL;
    for (size_t round = 0; good && round < ROUNDS; round++) {
        size_t position = (round + 1) * STRIDE % recording_count(recording);
        int64_t start_ns = clock_cpu_ns();
        struct sample *sample = recording_sample(recording, position, NULL);
        reading[round] = since_ms(start_ns);
        good = sample != NULL;
        sample_release(sample);
    }
    if (good)
        printf("read any sample %.2f ms (at most 5)\n", median_ms(reading, ROUNDS));
    recording_close(recording, NULL);
    return good;
}

static bool history_measure(void)
{
    struct cursor *cursor = cursor_live_new(64 << 20, NULL);
    double appending[SAMPLES];
    bool good = cursor != NULL;
    for (unsigned moment = 0; good && moment < SAMPLES * 5; moment++) {
        struct sample *sample = sample_make(PROCESSES, moment);
        int64_t start_ns = clock_cpu_ns();
        good = sample != NULL && cursor_append(cursor, sample, NULL);
        appending[moment % SAMPLES] = since_ms(start_ns);
        sample_release(sample);
    }
    if (good)
        printf("history: append %.2f ms, ten minutes in %.1f MB\n", median_ms(appending, SAMPLES),
               (double)cursor_memory_bytes(cursor) / 1048576);
    cursor_free(cursor);
    return good;
}

static bool day_measure(const char *path)
{
    static const struct recording_options options;
    struct recording *recording = recording_create(path, &options, NULL);
    struct sample *sample = sample_make(60, 0);
    bool good = recording != NULL && sample != NULL;
    for (unsigned moment = 0; good && moment < DAY_SAMPLES; moment++) {
        table_set_u64(&sample->tables[TABLE_PROCESS], moment % 60, PROCESS_CPU_NS, moment * 7919u);
        sample->time_ns += NS_PER_S;
        sample->boottime_ns += NS_PER_S;
        good = recording_append(recording, sample, NULL);
    }
    sample_release(sample);
    good = recording_close(recording, NULL) && good;
    int64_t start_ns = clock_boottime_ns();
    recording = good ? recording_open(path, NULL) : NULL;
    double opening_ms = (double)(clock_boottime_ns() - start_ns) / 1e6;
    good = recording != NULL && recording_count(recording) == DAY_SAMPLES;
    sample = good ? recording_sample(recording, DAY_SAMPLES / 2, NULL) : NULL;
    double first_ms = (double)(clock_boottime_ns() - start_ns) / 1e6;
    if (sample != NULL)
        printf("a day, %d samples, %.0f MB: open in %.1f ms (at most 100), first sample after %.1f ms\n", DAY_SAMPLES,
               (double)file_bytes(path) / 1048576, opening_ms, first_ms);
    good = good && sample != NULL;
    sample_release(sample);
    recording_close(recording, NULL);
    return good;
}

int main(void)
{
    struct scratch scratch;
    if (!scratch_make(&scratch))
        return 1;
    bool good = codec_measure() && recording_measure(scratch_path(&scratch, "a.culprit")) &&
                reading_measure(scratch_path(&scratch, "a.culprit")) && history_measure() &&
                day_measure(scratch_path(&scratch, "day.culprit"));
    scratch_remove(&scratch);
    return good ? 0 : 1;
}

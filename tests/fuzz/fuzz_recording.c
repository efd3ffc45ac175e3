/* Any bytes as a recording file: opened or refused; every sample read or refused. */
#include "fuzz.h"

#include "record/recording.h"
#include "tests/unit/make_sample.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/culprit-fuzz-XXXXXX";
static int file = -1;

static void file_remove(void)
{
    unlink(path);
}

/* The file that all inputs are written to, one after the other. */
static bool file_make(void)
{
    if (file >= 0)
        return true;
    file = mkstemp(path);
    return file >= 0 && atexit(file_remove) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {0};
    if (!file_make() || ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != (ssize_t)size)
        abort();
    struct recording *recording = recording_open(path, &error);
    if (recording == NULL && error.text[0] == '\0')
        abort();
    for (size_t position = 0; recording != NULL && position < recording_count(recording); position++) {
        error.text[0] = '\0';
        struct sample *sample = recording_sample(recording, position, &error);
        if (sample == NULL ? error.text[0] == '\0' : sample->time_ns != recording_time_ns(recording, position))
            abort();
        sample_release(sample);
    }
    if (!recording_close(recording, &error))
        abort();
    return 0;
}

static bool file_read(struct buffer *bytes)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    char chunk[65536];
    ssize_t got = descriptor < 0 ? -1 : 0;
    while (descriptor >= 0 && (got = read(descriptor, chunk, sizeof chunk)) > 0)
        buffer_append(bytes, chunk, (size_t)got);
    if (descriptor >= 0)
        close(descriptor);
    return got == 0 && !bytes->failed;
}

bool fuzz_seed(unsigned number, struct buffer *seed)
{
    static const struct recording_options options;
    if (number >= 3 || !file_make() || ftruncate(file, 0) != 0)
        return false;
    struct recording *recording = recording_create(path, &options, NULL);
    bool good = recording != NULL;
    for (unsigned moment = 0; good && moment < 2 + number * 30; moment++) {
        struct sample *sample = sample_make(number, moment);
        good = sample != NULL && recording_append(recording, sample, NULL);
        sample_release(sample);
    }
    return recording_close(recording, NULL) && good && file_read(seed);
}

/* The parts of the kernel source that a sample was taken without. */
#include "ui/sources.h"

#include <stdio.h>
#include <string.h>

size_t sources_missing(const struct sample *sample, const char *sentences[SOURCES_MAX])
{
    static const int columns[SOURCES_MAX] = {HOST_RECORDER_MISSING, HOST_WAITS_MISSING, HOST_LIFECYCLE_MISSING,
                                             HOST_NETWORK_MISSING, HOST_LISTING_MISSING};
    size_t count = 0;
    if (sample == NULL || sample->tables[TABLE_HOST].rows == 0)
        return 0;
    for (size_t i = 0; i < SOURCES_MAX; i++) {
        const char *sentence = sample_string(sample, TABLE_HOST, 0, columns[i]);
        if (sentence != NULL)
            sentences[count++] = sentence;
    }
    return count;
}

const char *sources_words(const struct sample *sample, char words[SOURCES_WORDS_BYTES])
{
    enum { REASON_BYTES = 20 };
    const char *sentences[SOURCES_MAX];
    if (sources_missing(sample, sentences) == 0)
        return NULL;
    size_t length = strcspn(sentences[0], ":");
    bool kernel = (sample->sources & SAMPLE_SOURCE_KERNEL) != 0;
    snprintf(words, SOURCES_WORDS_BYTES, "%s: %.*s (d)", kernel ? "kernel in part" : "proc only",
             (int)(length < REASON_BYTES ? length : REASON_BYTES), sentences[0]);
    return words;
}

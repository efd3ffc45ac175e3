/* Words for sentences and summaries. */
#include "judge/words.h"

#include "base/text.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { LABEL_COLUMNS = 60, LABEL_HEAD_COLUMNS = 28 };

void words_label(struct buffer *out, const char *label)
{
    struct buffer clean = {0};
    text_clean(&clean, label, strlen(label));
    out->failed |= clean.failed;
    text_shorten(out, buffer_text(&clean), LABEL_COLUMNS, LABEL_HEAD_COLUMNS, "\xe2\x80\xa6");
    buffer_done(&clean);
}

void words_nodes(struct buffer *out, const struct graph *graph, const uint32_t *nodes, size_t count)
{
    for (size_t i = 0; i < count && i < 2; i++) {
        if (i > 0)
            buffer_string(out, count > 2 ? ", " : " and ");
        words_label(out, graph->nodes[nodes[i]].label);
    }
    if (count > 2)
        buffer_printf(out, " and %zu other%s", count - 2, count == 3 ? "" : "s");
}

const char *words_signal(char words[SIGNAL_WORDS_BYTES], unsigned signal)
{
    const char *name = signal <= INT_MAX ? sigabbrev_np((int)signal) : NULL;
    if (signal == 0)
        snprintf(words, SIGNAL_WORDS_BYTES, "a signal");
    else if (name != NULL)
        snprintf(words, SIGNAL_WORDS_BYTES, "SIG%s", name);
    else
        snprintf(words, SIGNAL_WORDS_BYTES, "signal %u", signal);
    return words;
}

static void word_append(struct buffer *out, const char *name, size_t length, const struct word *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i].name) == length && memcmp(words[i].name, name, length) == 0)
            buffer_string(out, words[i].value);
}

void words_expand(struct buffer *out, const char *template, const struct word *words, size_t count)
{
    const char *open, *close;
    while ((open = strchr(template, '{')) != NULL && (close = strchr(open, '}')) != NULL) {
        buffer_append(out, template, (size_t)(open - template));
        word_append(out, open + 1, (size_t)(close - open - 1), words, count);
        template = close + 1;
    }
    buffer_string(out, template);
}

/* What a suspect does, said in a sentence: one row for each feature that its score may come from most. */
#include "judge/sentence.h"

#include "base/quantity.h"
#include "judge/words.h"

#include <math.h>
#include <string.h>

/* {who} is the suspect, {rate} what was observed, {level} how much it has by now, {normal} what is expected. */
static const struct deed_words {
    const char *feature;
    const char *words;
    const char *words_without; /* where the level, or what is expected, is not known */
    enum measure level;        /* MEASURE_COUNT: none */
} deeds[] = {
    {"descriptors_growth", "{who} opens {rate} descriptors a second and closes none of them, {level} by now",
     "{who} opens {rate} descriptors a second and closes none of them", MEASURE_DESCRIPTORS},
    {"threads_growth", "{who} starts {rate} threads a second that stay, {level} by now",
     "{who} starts {rate} threads a second that stay", MEASURE_THREADS},
    {"children_created", NULL, "{who} starts {rate} children a second", MEASURE_COUNT},
    {"memory_growth", "{who} takes memory at {rate}, {level} by now", "{who} takes memory at {rate}",
     MEASURE_RSS_BYTES},
    {"size_growth", NULL, "{who} writes {rate} into files that were deleted, and takes their space", MEASURE_COUNT},
    {"write", "{who} writes {rate} to storage, normally {normal}", "{who} writes {rate} to storage", MEASURE_COUNT},
    {"read", "{who} reads {rate} from storage, normally {normal}", "{who} reads {rate} from storage", MEASURE_COUNT},
    {"write_rise", NULL, "{who} writes {rate} to storage, more than ever before", MEASURE_COUNT},
    {"read_rise", NULL, "{who} reads {rate} from storage, more than ever before", MEASURE_COUNT},
    {"cpu_rise", NULL, "{who} uses {rate} of a cpu, more than ever before", MEASURE_COUNT},
    {"cpu_pct", "{who} uses {rate} of a cpu, normally {normal}", "{who} uses {rate} of a cpu", MEASURE_COUNT},
    {"cpu", "{who} uses {rate} of a cpu, normally {normal}", "{who} uses {rate} of a cpu", MEASURE_COUNT},
    {"memory_rss", "{who} has {rate} of memory, normally {normal}", "{who} has {rate} of memory", MEASURE_COUNT},
    {"memory", "{who} has {rate} of memory, normally {normal}", "{who} has {rate} of memory", MEASURE_COUNT},
};

static const struct deed_words *deed_find(const char *feature)
{
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++)
        if (strcmp(deeds[i].feature, feature) == 0)
            return &deeds[i];
    return NULL;
}

/* "392/s" is "392 ... a second" where the sentence says so itself. */
static void rate_write(char *text, size_t size, const struct evidence *evidence)
{
    bool counted = strcmp(evidence->unit, "1/s") == 0;
    quantity_words(text, size, evidence->observed, counted ? "" : evidence->unit);
}

bool sentence_of_deed(const struct graph *graph, const struct suspect *suspect, struct buffer *out)
{
    const struct evidence *evidence = suspect->why_count > 0 ? &suspect->why[0] : NULL;
    const struct deed_words *deed = evidence == NULL ? NULL : deed_find(evidence->feature);
    if (deed == NULL || graph->nodes[suspect->node].kind != NODE_PROCESS)
        return false;
    char rate[48], level[48] = "", normal[48] = "";
    struct buffer who = {0};
    words_label(&who, graph->nodes[suspect->node].label);
    rate_write(rate, sizeof rate, evidence);
    double reached = deed->level == MEASURE_COUNT ? NAN : (double)graph_measure(graph, suspect->node, deed->level);
    if (isfinite(reached))
        quantity_words(level, sizeof level, reached, measures[deed->level].unit);
    if (isfinite(evidence->expected))
        quantity_words(normal, sizeof normal, evidence->expected, evidence->unit);
    bool whole = deed->words != NULL && (deed->level == MEASURE_COUNT ? normal : level)[0] != '\0';
    const struct word words[] = {{"who", buffer_text(&who)}, {"rate", rate}, {"level", level}, {"normal", normal}};
    words_expand(out, whole ? deed->words : deed->words_without, words, sizeof words / sizeof words[0]);
    out->failed |= who.failed;
    buffer_done(&who);
    return true;
}

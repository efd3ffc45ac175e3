/* Sentences about those who wait for each other. */
#include "judge/sentence.h"

#include "base/units.h"
#include "judge/circle.h"
#include "judge/words.h"

bool sentence_of_circle(struct judgement *judgement, uint32_t node, struct buffer *out)
{
    struct circle circle;
    if (!circle_find(judgement, node, &circle, NULL)) {
        out->failed = true;
        return false;
    }
    if (circle.count < 2 || !circle.ongoing)
        return false;
    const struct edge *edge = wait_edge(&judgement->waits, judgement->graph, circle.longest);
    char time[32];
    words_nodes(out, judgement->graph, circle.members, circle.count);
    buffer_printf(out, " wait for each other%s, for %s%s by now", circle.locks ? " (deadlock)" : "",
                  edge->at_least ? "at least " : "", duration_format(time, sizeof time, edge->seconds));
    if (circle.behind > 0)
        buffer_printf(out, "; %zu more wait%s for them", circle.behind, circle.behind == 1 ? "s" : "");
    buffer_string(out, ".");
    return true;
}

/* Ranking the suspects. */
#include "judge/suspect.h"

#include "judge/circle.h"
#include "judge/evidence.h"
#include "judge/points.h"

#include <string.h>

enum { SUSPECTS_DEFAULT = 20, SUSPECTS_MOST = 1000 };

/* Whoever keeps less than this is not worth a line. */
#define POINTS_LEAST 0.01

static double node_total(const struct judgement *judgement, uint32_t node)
{
    return judgement->kept[node] + judgement->passed[node];
}

static bool node_before(const struct judgement *judgement, uint32_t a, uint32_t b)
{
    double first = node_total(judgement, a), second = node_total(judgement, b);
    if (first != second)
        return first > second;
    return strcmp(judgement->graph->nodes[a].id, judgement->graph->nodes[b].id) < 0;
}

/* The best `most` nodes into `best`, in order; returns how many. Most nodes fail at the first comparison. */
static size_t nodes_choose(const struct judgement *judgement, uint32_t *best, size_t most)
{
    size_t count = 0;
    for (uint32_t n = 0; n < judgement->graph->node_count; n++) {
        if (!(node_total(judgement, n) >= POINTS_LEAST) || !node_is_judged(&judgement->graph->nodes[n]))
            continue;
        if (count == most && !node_before(judgement, n, best[count - 1]))
            continue;
        size_t place = count < most ? count++ : count - 1;
        for (; place > 0 && node_before(judgement, n, best[place - 1]); place--)
            best[place] = best[place - 1];
        best[place] = n;
    }
    return count;
}

static bool suspect_make(struct judgement *judgement, uint32_t node, struct suspect *suspect, struct error *error)
{
    double total = node_total(judgement, node);
    *suspect = (struct suspect){.node = node, .score = total / (1 + total)};
    suspect->own = suspect->score * judgement->kept_own[node] / total;
    suspect->blame = suspect->score - suspect->own;
    struct circle circle;
    if (!circle_find(judgement, node, &circle, error))
        return false;
    if (circle.count > 1 && circle.ongoing) {
        suspect->members = circle.members;
        suspect->member_count = circle.count;
    }
    struct receptions receptions;
    receptions_gather(judgement, node, &receptions);
    return evidence_gather(judgement, &receptions, suspect, error) && path_trace(judgement, suspect, error) &&
           summary_write(judgement, &receptions, suspect, error);
}

/* Is it a member of a circle that is among the suspects already? */
static bool is_member(const struct verdict *verdict, uint32_t node)
{
    for (size_t i = 0; i < verdict->suspect_count; i++)
        for (size_t member = 1; member < verdict->suspects[i].member_count; member++)
            if (verdict->suspects[i].members[member] == node)
                return true;
    return false;
}

bool suspects_rank(struct judgement *judgement, size_t suspects_max, struct verdict *verdict, struct error *error)
{
    size_t most = suspects_max == 0 ? SUSPECTS_DEFAULT : suspects_max;
    if (most > SUSPECTS_MOST)
        most = SUSPECTS_MOST;
    uint32_t *best = arena_take(judgement->arena, most * sizeof *best);
    if (best == NULL)
        return error_memory(error);
    size_t count = nodes_choose(judgement, best, most);
    verdict->suspects = arena_take(judgement->arena, (count + 1) * sizeof *verdict->suspects);
    if (verdict->suspects == NULL)
        return error_memory(error);
    for (size_t i = 0; i < count; i++) {
        if (is_member(verdict, best[i]))
            continue;
        if (!suspect_make(judgement, best[i], &verdict->suspects[verdict->suspect_count], error))
            return false;
        verdict->suspect_count++;
    }
    return true;
}

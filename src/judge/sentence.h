/* The verdict in one sentence, as an engineer would say it. */
#ifndef JUDGE_SENTENCE_H
#define JUDGE_SENTENCE_H

#include "judge/judgement.h"

#include "base/buffer.h"

/* Writes verdict->sentence (in the judgement's arena) after its suspects are ranked. */
bool sentence_write(struct judgement *judgement, struct verdict *verdict, struct error *error);

/* What the suspect does, from its first reason (sentence_deed.c): "web[8] opens 90 descriptors a second ...", without
 * the full stop. False: its first reason is no deed of a process. */
bool sentence_of_deed(const struct graph *graph, const struct suspect *suspect, struct buffer *out);

/* The other parts have their full stop: who is waited for (sentence_wait.c); false when nobody waits for this node
 * directly. */
bool sentence_of_wait(struct judgement *judgement, uint32_t node, struct buffer *out);

/* "A[1] and B[2] wait for each other (deadlock)" (sentence_circle.c); false when the node is in no circle of waits that
 * go on. */
bool sentence_of_circle(struct judgement *judgement, uint32_t node, struct buffer *out);

#endif

/* Circles of waits: nodes that wait for each other, directly or through others. As long as all of their waits go on,
 * nobody of them gets on, and they are one suspect with its members. */
#ifndef JUDGE_CIRCLE_H
#define JUDGE_CIRCLE_H

#include "judge/judgement.h"

struct circle {
    uint32_t *members; /* in the judgement's arena: the node itself, then the others by id */
    size_t count;      /* 1: it is in no circle */
    size_t longest;    /* link inside of it */
    size_t behind;     /* who waits for the members, directly or behind others */
    bool ongoing;      /* all of its waits go on */
    bool locks;        /* all of them are for locks: nobody will ever get on */
};

bool circle_find(struct judgement *judgement, uint32_t node, struct circle *circle, struct error *error);

#endif

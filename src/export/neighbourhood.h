/* Which part of a graph is drawn: the suspects, those on the ways that blame took, and some hops around. */
#ifndef EXPORT_NEIGHBOURHOOD_H
#define EXPORT_NEIGHBOURHOOD_H

#include "export/export.h"

enum { NEIGHBOURHOOD_MAX = 150 }; /* nodes: a figure with more is no figure */

struct neighbourhood {
    uint32_t nodes[NEIGHBOURHOOD_MAX]; /* in the order in which they were found: suspects first */
    size_t count;
    size_t left_out;     /* neighbours for which there was no room */
    unsigned char *seen; /* per node of the graph: 1 drawn, 2 left out */
    unsigned char *path; /* per edge of the graph: 1 = blame went over it */
};

/* The graph must be finished. False with a sentence: out of memory; then there is nothing to free. */
bool neighbourhood_find(struct neighbourhood *neighbourhood, const struct export_input *input, struct error *error);
void neighbourhood_done(struct neighbourhood *neighbourhood);

#endif

/* Who fills a file system: from the growth of open files and from who has them open. */
#ifndef JUDGE_SPACE_H
#define JUDGE_SPACE_H

#include "graph/graph.h"

struct space_use {
    uint32_t writer;   /* the process behind most of the growth, NODE_NONE = nothing grew */
    double writer_bps; /* growth of its files */
    double growth_bps; /* of all open files there */
    uint32_t file;     /* the largest open one, NODE_NONE = no size is known */
    double file_bytes;
    uint32_t opener; /* a process that has it open, NODE_NONE = unknown */
};

/* Paths are matched with mount points by their longest prefix: paths of another mount namespace may be missed. */
bool space_use_find(const struct graph *graph, uint32_t filesystem, struct space_use *use, struct error *error);

#endif

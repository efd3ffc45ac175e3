/* A hand-made host for the exporters' tests: log-rotate holds the lock on a log that three services wait for, a client
 * talks to payment, and the sample knows sockets and what could not be read. */
#ifndef TESTS_EXPORT_FIXTURE_H
#define TESTS_EXPORT_FIXTURE_H

#include "graph/graph.h"
#include "judge/judge.h"

struct export_fixture {
    struct graph *graph;
    struct verdict verdict; /* of static parts: not for verdict_free */
    uint32_t holder, waiters[3], file, socket, listener, pipe, host;
};

/* Aborts when memory runs out. names: what the nodes are called, NULL = as told above; the same string is then the
 * name, label, unit, command and path of everything. */
struct export_fixture *fixture_new(const char *name);
void fixture_free(struct export_fixture *fixture);

#endif

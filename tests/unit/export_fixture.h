/* A hand-made host for the exporters' tests: log-rotate holds the lock on a log that three services wait for, a client
 * talks to payment, and the sample knows sockets and what could not be read. */
#ifndef TESTS_EXPORT_FIXTURE_H
#define TESTS_EXPORT_FIXTURE_H

#include "export/export.h"
#include "graph/graph.h"
#include "judge/judge.h"

#include <cjson/cJSON.h>

struct export_fixture {
    struct graph *graph;
    struct verdict verdict; /* of static parts: not for verdict_free */
    uint32_t holder, waiters[3], file, socket, listener, pipe, host;
};

/* Aborts when memory runs out. names: what the nodes are called, NULL = as told above; the same string is then the
 * name, label, unit, command and path of everything. */
struct export_fixture *fixture_new(const char *name);
void fixture_free(struct export_fixture *fixture);

/* All of it, one hop around the suspects. */
struct export_input fixture_input(const struct export_fixture *fixture);

typedef bool exporter(const struct export_input *input, struct buffer *out, struct error *error);

/* What the exporter writes, and the same parsed; the test fails where it cannot. The caller frees. */
struct buffer exported(exporter *run, const struct export_input *input);
cJSON *json_exported(exporter *run, const struct export_input *input);

/* "name:type" for each member of an object, in order; types n(umber) s(tring) b(oolean) o(bject) a(rray). */
void members_are(const cJSON *object, const char *expected);

#endif

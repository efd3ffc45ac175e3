/* Staging of faults with pipes and servers. Intensity sets how many suffer. */
#include "tests/faults/stage.h"

#include "tests/faults/act.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void pipe_make(int ends[2])
{
    if (pipe(ends) != 0)
        abort();
}

struct member *server_stage(struct stage_set *set, enum part part, unsigned variant, int backlog, const char *name)
{
    struct member *server = set_add_on(set, part, act_server, name);
    if (set->mix % 2 == 1)
        server->path[0] = '\0';
    int listener = listener_make(server->path[0] == '\0' ? NULL : server->path, backlog, &server->amount);
    if (listener < 0)
        abort();
    server->variant = variant;
    member_keep(server, listener);
    return server;
}

struct member *server_client(struct stage_set *set, enum part part, act *role, const struct member *server)
{
    struct member *client = set_add(set, part, role);
    snprintf(client->path, sizeof client->path, "%s", server->path);
    client->amount = server->amount;
    return client;
}

/* A pipeline from a writer through filters to a reader. */
static void pipeline_stage(struct stage_set *set, enum part writer, enum part reader, enum part between, long filters)
{
    int ends[2];
    struct member *first = set_add(set, writer, act_pipe_writer);
    pipe_make(ends);
    member_keep(first, ends[1]);
    for (; filters > 0; filters--) {
        struct member *filter = set_add(set, between, act_pipe_filter);
        member_keep(filter, ends[0]);
        pipe_make(ends);
        member_keep(filter, ends[1]);
    }
    member_keep(set_add(set, reader, act_pipe_reader), ends[0]);
}

void stage_pipe_reader(struct stage_set *set)
{
    pipeline_stage(set, PART_VICTIM, PART_CULPRIT, PART_VICTIM, by_intensity(set, 0, 1, 2));
}

void stage_pipe_writer(struct stage_set *set)
{
    pipeline_stage(set, PART_CULPRIT, PART_VICTIM, PART_VICTIM, by_intensity(set, 0, 1, 2));
}

void stage_server_stalled(struct stage_set *set)
{
    struct member *server = server_stage(set, PART_CULPRIT, SERVER_STALLS, 16, "app.sock");
    for (long i = by_intensity(set, 1, 3, 6); i > 0; i--)
        server_client(set, PART_VICTIM, act_client, server)->variant = 1;
}

void stage_server_transient(struct stage_set *set)
{
    struct member *server = server_stage(set, PART_CULPRIT, SERVER_PAUSES, 16, "app.sock");
    for (long i = by_intensity(set, 1, 3, 6); i > 0; i--)
        server_client(set, PART_VICTIM, act_client, server);
}

void stage_redis_busy(struct stage_set *set)
{
    struct member *server = set_add_on(set, PART_CULPRIT, act_redis, "redis.sock");
    for (long i = by_intensity(set, 1, 3, 6); i > 0; i--)
        server_client(set, PART_VICTIM, act_client, server);
    server_client(set, PART_BACKGROUND, act_redis_script, server);
}

void stage_accepts_nobody(struct stage_set *set)
{
    struct member *server = server_stage(set, PART_CULPRIT, SERVER_ACCEPTS_NOBODY, 1, "app.sock");
    for (long i = by_intensity(set, 3, 5, 8); i > 0; i--)
        server_client(set, PART_VICTIM, act_client_anew, server);
}

void stage_reads_nothing(struct stage_set *set)
{
    struct member *server = server_stage(set, PART_CULPRIT, SERVER_READS_NOTHING, 16, "app.sock");
    for (long i = by_intensity(set, 1, 2, 4); i > 0; i--)
        server_client(set, PART_VICTIM, act_sender, server);
}

void stage_stopped(struct stage_set *set)
{
    struct member *server = server_stage(set, PART_CULPRIT, SERVER_STALLS, 16, "app.sock");
    for (long i = by_intensity(set, 1, 3, 6); i > 0; i--)
        server_client(set, PART_VICTIM, act_client, server);
    set_add(set, PART_CULPRIT, act_stopper)->amount = server->number;
}

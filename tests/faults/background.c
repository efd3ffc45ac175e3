/* Honest programs beside a fault. */
#include "tests/faults/act.h"
#include "tests/faults/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void many(struct stage_set *set, act *role, int count, long amount)
{
    for (; count > 0; count--)
        set_add(set, PART_BACKGROUND, role)->amount = amount;
}

static void service(struct stage_set *set, int clients, const char *name)
{
    struct member *server = server_stage(set, PART_BACKGROUND, SERVER_STALLS, 16, name);
    for (; clients > 0; clients--)
        server_client(set, PART_BACKGROUND, act_client, server);
}

/* A real server where there is one, else ours. */
static void real_service(struct stage_set *set, const char *program, act *server, const char *name, act *client)
{
    if (!program_is_here(program)) {
        service(set, 3, name);
        return;
    }
    const struct member *real = set_add_on(set, PART_BACKGROUND, server, name);
    for (int clients = 3; clients > 0; clients--)
        server_client(set, PART_BACKGROUND, client, real)->variant = client == act_client_anew;
}

static void pipeline(struct stage_set *set)
{
    int ends[2];
    if (pipe(ends) != 0)
        abort();
    member_keep(set_add(set, PART_BACKGROUND, act_pipe_writer), ends[1]);
    member_keep(set_add(set, PART_BACKGROUND, act_pipe_reader), ends[0]);
}

/* Look as if, and are not: locks that nobody wants, a reader of a pipe into which nobody writes, parents of children
 * that live on. */
static void innocents_stage(struct stage_set *set)
{
    int ends[2];
    for (int i = 0; i < 3; i++) {
        char file[16];
        snprintf(file, sizeof file, "own%d.lock", i);
        set_add_on(set, PART_INNOCENT, act_holder, file)->variant = (unsigned)i;
    }
    if (pipe(ends) != 0)
        abort();
    member_keep(set_add(set, PART_INNOCENT, act_idle), ends[1]);
    member_keep(set_add(set, PART_INNOCENT, act_pipe_reader), ends[0]);
    set_add(set, PART_INNOCENT, act_parent);
    set_add(set, PART_INNOCENT, act_parent);
}

void background_stage(struct stage_set *set)
{
    innocents_stage(set);
    many(set, act_idle, 3, 0);
    many(set, act_ticker, 3, 0);
    many(set, act_forker, 1, 0);
    for (int i = 0; i < 3; i++)
        set_add_on(set, PART_BACKGROUND, act_locker, "shared.log");
    service(set, 2, "side.sock");
    switch (set->mix % MIXES) {
    case 0: /* serving */
        service(set, 4, "front.sock");
        many(set, act_big, 1, 60);
        break;
    case 1: /* batches */
        many(set, act_burner, 1, 20);
        many(set, act_big, 1, 120);
        many(set, act_ticker, 3, 0);
        break;
    case 2: /* data */
        many(set, act_big, 1, 250);
        many(set, act_many_files, 1, 300);
        many(set, act_many_threads, 1, 40);
        service(set, 2, "data.sock");
        break;
    case 4: /* a real cache */
        real_service(set, "redis-server", act_redis, "cache.sock", act_client);
        many(set, act_big, 1, 40);
        pipeline(set);
        break;
    case 5: /* a real web server */
        real_service(set, "nginx", act_nginx, "web.sock", act_client_anew);
        many(set, act_ticker, 4, 0);
        many(set, act_many_threads, 1, 25);
        break;
    case 6: /* scripts */
        set_add_on(set, PART_BACKGROUND, act_script, "one.log")->amount = 400;
        set_add_on(set, PART_BACKGROUND, act_script, "two.log")->amount = 900;
        pipeline(set);
        many(set, act_burner, 1, 15);
        break;
    case 7: /* a queue */
        for (int i = 0; i < 4; i++)
            set_add_on(set, PART_BACKGROUND, act_locker, "queue")->variant = LOCK_RECORD;
        service(set, 5, "queue.sock");
        many(set, act_many_files, 1, 150);
        many(set, act_big, 1, 90);
        break;
    default: /* workers */
        many(set, act_ticker, 8, 0);
        many(set, act_burner, 1, 10);
        many(set, act_forker, 1, 0);
        break;
    }
}

/* Staging of faults of the host: its disk, its memory, its quota, its network. */
#include "tests/faults/stage.h"

#include "tests/faults/act.h"
#include "tests/faults/cage.h"

#include <stdio.h>
#include <stdlib.h>

static struct member *disk_add(struct stage_set *set, enum part part, act *role, const char *file)
{
    struct member *member = set_add(set, part, role);
    snprintf(member->path, sizeof member->path, "%s/%s", set->disk, file);
    return member;
}

void stage_disk_hog(struct stage_set *set)
{
    static const char *const logs[] = {"a.log", "b.log", "c.log", "d.log"};
    disk_add(set, PART_CULPRIT, act_disk_writer, "bulk")->amount = by_intensity(set, 30, 60, 120);
    for (long i = by_intensity(set, 1, 2, 4); i > 0; i--)
        disk_add(set, PART_VICTIM, act_syncer, logs[i - 1]);
}

/* The working set of the victim fits into the cage, until the culprit takes most of it. */
void stage_reclaim(struct stage_set *set)
{
    if (!cage_limit_memory(96))
        abort();
    struct member *culprit = set_add(set, PART_CULPRIT, act_hoarder);
    culprit->amount = by_intensity(set, 80, 84, 88);
    culprit->caged = true;
    struct member *victim = disk_add(set, PART_VICTIM, act_mapped, "table");
    victim->amount = 40;
    victim->caged = true;
}

/* The killer takes the largest: not who leaks. */
void stage_oom(struct stage_set *set)
{
    if (!cage_limit_memory(96))
        abort();
    struct member *culprit = set_add(set, PART_CULPRIT, act_leak);
    culprit->amount = by_intensity(set, 22, 30, 40);
    culprit->variant = 80;
    culprit->caged = true;
    struct member *victim = set_add(set, PART_VICTIM, act_big);
    victim->amount = 60;
    victim->caged = true;
}

void stage_throttled(struct stage_set *set)
{
    if (!cage_limit_cpu(by_intensity(set, 30, 20, 10)))
        abort();
    struct member *culprit = set_add(set, PART_CULPRIT, act_hog);
    culprit->amount = by_intensity(set, 1, 2, 4);
    culprit->caged = true;
    for (int i = 0; i < 2; i++)
        set_add(set, PART_VICTIM, act_ticker)->caged = true;
}

void stage_fuse(struct stage_set *set)
{
    char folder[96];
    snprintf(folder, sizeof folder, "%s/remote", set->folder);
    int channel = fuse_mount(folder);
    if (channel < 0)
        abort();
    member_keep(set_add(set, PART_CULPRIT, act_fuse_daemon), channel);
    for (long i = by_intensity(set, 1, 2, 4); i > 0; i--)
        set_add_on(set, PART_VICTIM, act_file_reader, "remote/data");
}

void stage_hole(struct stage_set *set)
{
    int tunnel = hole_make();
    long port = HOLE_PORT;
    int listener = tunnel < 0 ? -1 : listener_make(NULL, 16, &port);
    if (listener < 0)
        abort();
    struct member *server = set_add(set, PART_INNOCENT, act_server);
    member_keep(server, listener);
    server->amount = port;
    for (long i = by_intensity(set, 1, 3, 6); i > 0; i--)
        server_client(set, PART_VICTIM, act_client_anew, server);
    member_keep(set_add(set, PART_BACKGROUND, act_hole), tunnel);
    set->culprit_port = HOLE_PORT;
}

void stage_names(struct stage_set *set)
{
    int socket = name_server_make();
    if (socket < 0)
        abort();
    struct member *server = set_add(set, PART_CULPRIT, act_name_server);
    member_keep(server, socket);
    server->amount = by_intensity(set, 3000, 4000, 5000);
    for (long i = by_intensity(set, 1, 2, 3); i > 0; i--)
        set_add(set, PART_VICTIM, act_looker);
}

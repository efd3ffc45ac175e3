/* A recorder tells the other instances of culprit on its host where it records to: a small file in /run/culprit (root's
 * recorders), or in the user's own runtime directory. The file is locked (flock) for as long as the recorder lives, so
 * that one left behind by a recorder that was killed is known for what it is, whoever has its pid by then. */
#ifndef RECORD_ANNOUNCE_H
#define RECORD_ANNOUNCE_H

#include "base/error.h"

#include <stdint.h>
#include <sys/types.h>

struct announce;

/* Says that the calling process records to that file, and removes what dead recorders of the same user left behind.
 * NULL with a sentence where that cannot be said: a recorder works without it. */
struct announce *announce_new(const char *recording, int64_t interval_ns, struct error *error);
/* Takes it back. NULL is allowed. */
void announce_free(struct announce *announce);

/* What another process announced. */
struct announcement {
    int descriptor; /* of the announcement; -1: none */
    int64_t pid;    /* of the recorder */
    int64_t interval_ns;
    uid_t owner;     /* root or the one who asked: the recording is to be read as that user, and must be theirs */
    char *recording; /* absolute path */
};

/* Looks for a recorder of this host (this boot, this PID namespace) that lives: one of root's or of that user's; nobody
 * else's is believed. Of several the one with the longest past that samples at least every second, else the one that
 * samples most often. False: there is none. */
bool announcement_find(uid_t user, struct announcement *found);
/* Whether the recorder still lives. */
bool announcement_lives(const struct announcement *announcement);
void announcement_done(struct announcement *announcement);

#endif

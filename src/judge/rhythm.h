/* What is normal for a waiter of whose kind of wait the model knows nothing: its own rhythm. A process that gave the
 * cpu up twenty times a second for all its life, and now has waited for seconds, does not wait by design.
 *
 *     normal = max(0.5 s, 30 life / times that it ever gave the cpu up)       from 50 times and 2 s of life on
 *
 * where life is its age without the wait itself, if that goes on. Of a lock in memory a third of that is normal: it is
 * made to be kept for moments, and its word tells who has it. A name server's answer is normal after 0.5 s for
 * everybody. Who waits at a connection on which it has sent since it last received (struct node, asked) waits for an
 * answer, after 2 s; that may be what it is there for (a report that takes minutes), and raises no alarm. Lifetime
 * counters, not those of the window, because within the window it waits already. */
#ifndef JUDGE_RHYTHM_H
#define JUDGE_RHYTHM_H

#include "graph/graph.h"

/* Seconds; INFINITY where the rhythm says nothing: waits for a child, for somebody who connects, for a request at an
 * accepted connection; a waiter that is too young or always was quiet.
 *
 * doubtful: the wait may mean that nobody has anything to say; it hands blame on, and raises no alarm. So it is with
 * pipes that are read, with answers of which only the connection tells, and with semaphores in memory: of a futex that
 * is waited for no more the kernel tells who woke, which is whose lock it was only where there was an owner (else the
 * edge is inferred). */
double rhythm_normal_s(const struct graph *graph, const struct edge *edge, bool *doubtful);

#endif

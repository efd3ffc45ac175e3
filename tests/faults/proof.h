/* Proofs that a fault is in effect, read from what the processes get done and from /proc: see fault.h. */
#ifndef TESTS_FAULTS_PROOF_H
#define TESTS_FAULTS_PROOF_H

#include "tests/faults/cast.h"

typedef const char *prove(const struct stage_set *set);
prove prove_stalled; /* no victim gets anything done for a second */
prove prove_cpu;     /* the culprit uses half of its share of a core, or, without one, 30 % */
prove prove_memory;  /* it has grown by a second's leak at least; and so for the others */
prove prove_descriptors, prove_threads, prove_children, prove_zombies, prove_deleted;
prove prove_full;   /* the file system of the culprit's path is full, and the victims get nothing done */
prove prove_disk;   /* the culprit writes a quarter of its megabytes at least */
prove prove_thrash; /* a victim fetches its pages from the disk again */
prove prove_killed; /* a victim is dead */
prove prove_throttled;
prove prove_nothing; /* healthy bursts */

#endif

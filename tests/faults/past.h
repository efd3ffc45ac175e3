/* What tests share whose faults are over before anybody looks: only the recorder in the kernel saw them. */
#ifndef TESTS_FAULTS_PAST_H
#define TESTS_FAULTS_PAST_H

#include <stdio.h>

/* Is that recorder there, by the doctor's name for it? Otherwise the test is skipped with the doctor's reason. */
void recorder_need(const char *name);

/* How many programs in the kernel are attached for file locks, and with those for the other waits: what is slow to load
 * is loaded in that order, over several samples. */
enum { LOCK_PROGRAMS = 4, WAIT_PROGRAMS = LOCK_PROGRAMS + 3 };

/* Returns when a program that was started has attached so many, and is at rest. */
void recorder_await(int programs);

/* Recordings take their samples at multiples of the interval: returns just after one. */
void multiple_await(int seconds);

/* What a program said (the caller frees); it must have ended well. */
char *output_read(FILE *output);

#endif

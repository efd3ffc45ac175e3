/* What tests share whose faults are over before anybody looks: only the recorder in the kernel saw them. */
#ifndef TESTS_FAULTS_PAST_H
#define TESTS_FAULTS_PAST_H

#include <stdio.h>

/* Is that recorder there, by the doctor's name for it? Otherwise the test is skipped with the doctor's reason. */
void recorder_need(const char *name);

/* Returns when a program that was started has the recorder, and attaches nothing more. */
void recorder_await(void);

/* Recordings take their samples at multiples of the interval: returns just after one. */
void multiple_await(int seconds);

/* What a program said (the caller frees); it must have ended well. */
char *output_read(FILE *output);

#endif

/* What tests share whose faults are over before anybody looks: only the recorder in the kernel saw them. */
#ifndef TESTS_FAULTS_PAST_H
#define TESTS_FAULTS_PAST_H

#include <stdio.h>

/* Goes on in a child in pid and mount namespaces of its own, so that what else goes on on the host ranks nowhere. Not
 * as pid 1, which is a special one. Where that is not permitted it goes on as it is. */
void alone_begin(void);

/* Is the recorder there? Otherwise the test is skipped with the doctor's reason. */
void recorder_need(void);

/* Returns when a program that was started has the recorder, and attaches nothing more. */
void recorder_await(void);

/* Recordings take their samples at multiples of the interval: returns just after one. */
void multiple_await(int seconds);

/* What a program said (the caller frees); it must have ended well. */
char *output_read(FILE *output);

#endif

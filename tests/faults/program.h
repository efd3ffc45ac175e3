/* Running the program that is tested, and looking at what it says. */
#ifndef TESTS_FAULTS_PROGRAM_H
#define TESTS_FAULTS_PROGRAM_H

#include <cjson/cJSON.h>
#include <stdio.h>

/* Starts "culprit ARGUMENTS"; the answer reads its standard output. */
FILE *program_start(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Waits for its end: its standard output (the caller frees) and its exit status. */
char *program_end(FILE *output, int *status);

/* A member's text, "" when it is not there or none. */
const char *json_text(const cJSON *object, const char *key);

#endif

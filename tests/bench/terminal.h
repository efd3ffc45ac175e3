/* A program in a terminal of its own, for benches: what it draws, what it and its children cost. */
#ifndef BENCH_TERMINAL_H
#define BENCH_TERMINAL_H

#include <stddef.h>
#include <sys/types.h>

struct terminal {
    pid_t pid; /* 0 or less: it could not be started */
    int descriptor;
};

double now_ms(void);

/* Starts words[0], sought in PATH unless it has a slash, in a terminal of that size with 256 colours and UTF-8. */
struct terminal terminal_start(const char *const *words, unsigned short columns, unsigned short rows);

/* Takes what the program draws until `end_ms`; returns how many bytes that were. */
size_t terminal_watch(const struct terminal *terminal, double end_ms);

/* Types q, and ends the program when it has not ended 3 s later. */
void terminal_end(struct terminal *terminal);

/* Cpu time that the process and its children that live have used, those of them included that they have waited for. */
double family_cpu_ms(pid_t pid);

#endif

/* One process while it is looked at: shared by proc_process.c, which says in which order, proc_fact.c and
 * kernel_process.c. */
#ifndef COLLECT_PROC_LOOK_H
#define COLLECT_PROC_LOOK_H

#include "collect/source_inside.h"

struct look {
    struct source *source;
    struct table *table;
    const struct process_memory *earlier; /* NULL at first sight */
    const struct kernel_process *kernel;  /* what the kernel told of it; NULL: /proc tells all */
    struct process_memory *memory;
    struct proc_stat stat;
    char *text; /* PROC_SMALL_BYTES that stat.name may point into */
    uint64_t uid;
    uint64_t cpu_ns;
    int directory; /* its /proc/PID; -1: not open yet; else the negative errno of opening it, -ETIMEDOUT: it hangs */
    size_t row;
};

/* Opens its directory when it is not open yet. Negative errno: not there, or not for us. */
int look_directory(struct look *look);

void look_string(struct look *look, size_t column, const char *text, size_t length);
void look_number(struct look *look, size_t column, uint64_t value);
/* Remembers that a part could not be read, unless that is because the process has gone. */
void look_unread(struct look *look, enum process_part part, int result);

/* Was it there before we could look at it? Otherwise it began after the sample before. */
bool look_is_late(const struct look *look);

/* Is it the process's turn for what is looked at again every so many samples? */
bool look_in_turn(const struct look *look, unsigned every);

/* Fills stat, uid and cpu_ns from what the kernel told (look->kernel). */
void look_kernel(struct look *look);
/* Those dear columns that the kernel tells in every tier. */
void look_kernel_dear(struct look *look);

/* What seldom changes: read at first sight, after an exec and in turns. */
void look_facts(struct look *look);
/* What is dear: read in the complete tier, copied as long as the process has not run. */
void look_dear(struct look *look);

#endif

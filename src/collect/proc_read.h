/* Reading files and directories of a /proc tree relative to open directories: three system calls a file, no stdio. */
#ifndef COLLECT_PROC_READ_H
#define COLLECT_PROC_READ_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PROC_SMALL_BYTES = 4096,   /* enough for stat, schedstat, io, syscall, cgroup and a link */
    PROC_LISTING_BYTES = 32768 /* entries of a directory fetched at once */
};

/* Reads the start of a file into text (size bytes, always terminated; the content may hold NUL itself). One read: the
 * kernel makes these files up in one go. Returns the length, or a negative errno. */
int proc_read(int directory, const char *name, char *text, size_t size);

/* Reads a whole file (at most 64 MB) behind what is in the buffer. Returns 0 or a negative errno. */
int proc_read_all(int directory, const char *name, struct buffer *text);

/* The target of a link, terminated. Returns its length, or a negative errno (-ENAMETOOLONG when it does not fit). */
int proc_read_link(int directory, const char *name, char *target, size_t size);

/* Is the negative errno that of a process that has gone? */
bool proc_is_gone(int result);

/* Why something could not be read, in words for the unread table. */
const char *proc_reason(int result);

/* Numbered entries (processes, threads, descriptors) of a directory, in the kernel's order. */
struct proc_listing {
    int descriptor;
    bool kernel; /* the directory is the kernel's own, which fills what it is given: less than that is the end */
    int error;   /* 0, or the negative errno that ended the listing early */
    size_t used, filled;
    char entries[PROC_LISTING_BYTES] __attribute__((aligned(8)));
};

/* Opens directory/name; returns 0 or a negative errno. */
int proc_listing_open(struct proc_listing *listing, int directory, const char *name, bool kernel);
/* The next number; its name is borrowed until the next call. False at the end. */
bool proc_listing_next(struct proc_listing *listing, uint64_t *number, const char **name);
void proc_listing_close(struct proc_listing *listing);

/* Decimal number at *at, which moves behind it; blanks before it are skipped. False: no digit there. */
bool proc_number(const char **at, uint64_t *number);

/* The number behind `key` at the start of a line ("read_bytes:"). */
bool proc_field(const char *text, const char *key, uint64_t *number);

/* Writes a number as a name; returns name. */
char *proc_name(char name[24], uint64_t number);

#endif

/* Parts with a disk, and with memory that other files need. */
#include "tests/faults/act.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE_STEP = 4096, WRITER_FILE_MB = 64 };

/* Writes `amount` megabytes a second through to the disk once the fault is on, over and over the same 64. */
void act_disk_writer(struct member *self)
{
    const size_t mib = 1 << 20;
    int descriptor = open(self->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    char *block = malloc(mib);
    if (descriptor < 0 || block == NULL)
        _exit(1);
    memset(block, 'x', mib);
    for (long written = 0;; written++) {
        if (!is_culprit_now(self)) {
            burn(1);
            moment(200);
            continue;
        }
        if (pwrite(descriptor, block, mib, written % WRITER_FILE_MB * (off_t)mib) < 0 || fdatasync(descriptor) != 0)
            moment(100);
        work_done(self);
        moment(1000 / self->amount);
    }
}

/* A database's log: a line, and through to the disk, ten times a second. */
void act_syncer(struct member *self)
{
    static const char line[] = "2026-11-20 14:02:31 committed transaction 4711\n";
    int descriptor = open(self->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    for (;; moment(80 + (long)draw(&self->random, 40)))
        if (write(descriptor, line, sizeof line - 1) > 0 && fdatasync(descriptor) == 0)
            work_done(self);
}

/* Works on a mapped file of `amount` megabytes: all of it, again and again. */
void act_mapped(struct member *self)
{
    size_t bytes = (size_t)self->amount << 20;
    int descriptor = open(self->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    char *block = calloc(1, 1 << 20);
    for (long i = 0; block != NULL && i < self->amount; i++)
        if (write(descriptor, block, 1 << 20) < 0)
            _exit(1);
    free(block);
    fdatasync(descriptor);
    char *mapped = mmap(NULL, bytes, PROT_READ, MAP_SHARED, descriptor, 0);
    if (mapped == MAP_FAILED || madvise(mapped, bytes, MADV_RANDOM) != 0) /* as a database does */
        _exit(1);
    volatile const char *map = mapped;
    for (;; moment(100)) {
        for (size_t i = 0; i < bytes; i += PAGE_STEP)
            (void)map[i];
        work_done(self);
    }
}

/* Takes most of `amount` megabytes at once, the rest bit by bit, and keeps using all, so that the files of others have
 * no room to stay. */
void act_hoarder(struct member *self)
{
    enum { AT_ONCE_MB = 52, MB_PS = 6 };
    while (!is_culprit_now(self)) {
        burn(1);
        work_done(self);
        moment(200);
    }
    char *block = malloc((size_t)self->amount << 20);
    size_t used = block == NULL ? 0 : (size_t)AT_ONCE_MB << 20, most = (size_t)self->amount << 20;
    for (;; moment(100)) {
        for (size_t i = 0; i < used; i += PAGE_STEP)
            block[i]++;
        if (used > 0 && used < most)
            used += ((size_t)MB_PS << 20) / 10;
        used = used < most ? used : most;
    }
}

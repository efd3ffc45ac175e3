/* A directory of a test's own. */
#include "scratch.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool scratch_make(struct scratch *scratch)
{
    snprintf(scratch->directory, sizeof scratch->directory, "/tmp/culprit-test-XXXXXX");
    return mkdtemp(scratch->directory) != NULL;
}

static int entry_remove(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

void scratch_remove(struct scratch *scratch)
{
    chmod(scratch->directory, 0700);
    nftw(scratch->directory, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_path(const struct scratch *scratch, const char *name)
{
    static char paths[8][256];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", scratch->directory, name);
    return path;
}

bool file_copy(const char *from, const char *to, size_t bytes)
{
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    bool good = in != NULL && out != NULL;
    char chunk[65536];
    while (good && bytes > 0) {
        size_t got = fread(chunk, 1, bytes < sizeof chunk ? bytes : sizeof chunk, in);
        if (got == 0)
            break;
        good = fwrite(chunk, 1, got, out) == got;
        bytes -= got;
    }
    if (in != NULL)
        fclose(in);
    return out != NULL && fclose(out) == 0 && good;
}

size_t file_bytes(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? (size_t)status.st_size : SIZE_MAX;
}

bool file_flip(const char *path, size_t at, unsigned char flip)
{
    unsigned char byte = 0;
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    bool good = descriptor >= 0 && pread(descriptor, &byte, 1, (off_t)at) == 1;
    byte ^= flip;
    good = good && pwrite(descriptor, &byte, 1, (off_t)at) == 1;
    if (descriptor >= 0)
        close(descriptor);
    return good;
}

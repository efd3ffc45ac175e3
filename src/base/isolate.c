/* The descriptors of forked processes. */
#include "base/isolate.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_FREE = STDERR_FILENO + 1 };

static bool descriptor_kept(int descriptor, const int *kept, size_t kept_count)
{
    for (size_t i = 0; i < kept_count; i++)
        if (kept[i] == descriptor)
            return true;
    return false;
}

void isolate_process(const char *name, const int *kept, size_t kept_count)
{
    prctl(PR_SET_NAME, name);
    int highest = FIRST_FREE - 1;
    for (size_t i = 0; i < kept_count; i++)
        highest = kept[i] > highest ? kept[i] : highest;
    for (int descriptor = FIRST_FREE; descriptor < highest; descriptor++)
        if (!descriptor_kept(descriptor, kept, kept_count))
            close(descriptor);
    closefrom(highest + 1);
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int descriptor = 0; descriptor < FIRST_FREE; descriptor++) {
        if (nowhere >= 0)
            dup2(nowhere, descriptor);
        else
            close(descriptor);
    }
    if (nowhere >= FIRST_FREE)
        close(nowhere);
}

bool isolate_channel(int ends[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        if (ends[i] >= FIRST_FREE)
            continue;
        int moved = fcntl(ends[i], F_DUPFD_CLOEXEC, FIRST_FREE);
        if (moved < 0) {
            int number = errno;
            close(ends[0]);
            close(ends[1]);
            errno = number;
            return false;
        }
        close(ends[i]);
        ends[i] = moved;
    }
    return true;
}

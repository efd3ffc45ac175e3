/* What a forked process of this tool does first, so that nobody waits for it: when it hangs in the kernel, it must not
 * hold open a pipe whose reader waits for the end, nor a file, nor a terminal. */
#ifndef BASE_ISOLATE_H
#define BASE_ISOLATE_H

#include <stdbool.h>
#include <stddef.h>

/* Takes the name, and closes every descriptor but those kept (each above 2; 0 stands for none). 0 to 2 become
 * /dev/null. */
void isolate_process(const char *name, const int *kept, size_t kept_count);

/* A stream socket pair for a process to be forked: both ends above 2 and closed at exec. False leaves errno. */
bool isolate_channel(int ends[2]);

#endif

/* A program in a terminal of its own. */
#include "terminal.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

struct terminal terminal_start(const char *const *words, unsigned short columns, unsigned short rows)
{
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    struct terminal terminal = {.descriptor = -1};
    terminal.pid = forkpty(&terminal.descriptor, NULL, NULL, &size);
    if (terminal.pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        execvp(words[0], (char *const *)words);
        _exit(127);
    }
    return terminal;
}

size_t terminal_watch(const struct terminal *terminal, double end_ms)
{
    char bytes[65536];
    size_t total = 0;
    while (now_ms() < end_ms) {
        struct pollfd waiting = {.fd = terminal->descriptor, .events = POLLIN};
        if (poll(&waiting, 1, 50) <= 0)
            continue;
        ssize_t count = read(terminal->descriptor, bytes, sizeof bytes);
        if (count <= 0)
            break;
        total += (size_t)count;
    }
    return total;
}

void terminal_end(struct terminal *terminal)
{
    if (terminal->pid <= 0)
        return;
    if (write(terminal->descriptor, "q", 1) != 1)
        kill(terminal->pid, SIGKILL);
    double quit_ms = now_ms();
    while (waitpid(terminal->pid, NULL, WNOHANG) == 0 && now_ms() < quit_ms + 3000)
        terminal_watch(terminal, now_ms() + 20);
    kill(terminal->pid, SIGKILL);
    waitpid(terminal->pid, NULL, 0);
    close(terminal->descriptor);
    terminal->pid = 0;
}

static unsigned long family_ticks(pid_t pid)
{
    char path[64], line[1024];
    unsigned long ticks[4] = {0};
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    char *rest = file != NULL && fgets(line, sizeof line, file) != NULL ? strrchr(line, ')') : NULL;
    if (rest != NULL)
        sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu", &ticks[0], &ticks[1], &ticks[2],
               &ticks[3]);
    if (file != NULL)
        fclose(file);
    unsigned long sum = ticks[0] + ticks[1] + ticks[2] + ticks[3];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    file = fopen(path, "r");
    for (int child; file != NULL && fscanf(file, "%d", &child) == 1;)
        sum += family_ticks(child);
    if (file != NULL)
        fclose(file);
    return sum;
}

double family_cpu_ms(pid_t pid)
{
    return (double)family_ticks(pid) * 1e3 / (double)sysconf(_SC_CLK_TCK);
}

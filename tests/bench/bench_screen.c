/* How much the live screen sends to the terminal: the real program in a terminal of 200x50, over a crowd of 3,000
 * processes, in each of its tabs. Prints bytes per second in steady state, and the cpu time of all its processes. */
#include "factory.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROCESSES = 3000, DESCRIPTORS = 33000, SOCKETS = 9000, SETTLE_MS = 6000, WATCH_MS = 10000 };

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Takes what the program draws until `end_ms`; returns how many bytes that were. */
static size_t terminal_watch(int terminal, double end_ms)
{
    char bytes[65536];
    size_t total = 0;
    while (now_ms() < end_ms) {
        struct pollfd waiting = {.fd = terminal, .events = POLLIN};
        if (poll(&waiting, 1, 50) <= 0)
            continue;
        ssize_t count = read(terminal, bytes, sizeof bytes);
        if (count <= 0)
            break;
        total += (size_t)count;
    }
    return total;
}

/* Cpu time of the process and its children that live, in clock ticks. */
static unsigned long family_ticks(pid_t pid)
{
    char path[64], line[1024];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    char *rest = file != NULL && fgets(line, sizeof line, file) != NULL ? strrchr(line, ')') : NULL;
    if (rest != NULL)
        sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    if (file != NULL)
        fclose(file);
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    file = fopen(path, "r");
    for (int child; file != NULL && fscanf(file, "%d", &child) == 1;)
        user += family_ticks(child);
    if (file != NULL)
        fclose(file);
    return user + system;
}

static pid_t program_start(int *terminal)
{
    struct winsize size = {.ws_row = 50, .ws_col = 200};
    pid_t pid = forkpty(terminal, NULL, NULL, &size);
    if (pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        execl("./culprit", "culprit", (char *)NULL);
        _exit(127);
    }
    return pid;
}

static void program_end(pid_t pid, int terminal)
{
    if (write(terminal, "q", 1) != 1)
        kill(pid, SIGKILL);
    double quit_ms = now_ms();
    while (waitpid(pid, NULL, WNOHANG) == 0 && now_ms() < quit_ms + 3000)
        terminal_watch(terminal, now_ms() + 20);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(terminal);
}

/* bench_screen [TAB]: only the tabs whose name begins so. */
int main(int argc, char **argv)
{
    const char *only = argc > 1 ? argv[1] : "";
    static const struct {
        const char *name, *keys;
    } tabs[] = {{"suspects", "1"},
                {"processes by cpu", "2"},
                {"processes by memory", "2M"},
                {"files", "3"},
                {"sockets", "4"},
                {"units", "5"},
                {"events", "6"},
                {"graph", "1j7"},
                {"host", "8"},
                {"diff", "m9"},
                {"why", "1\r"}};
    struct error error;
    struct factory *factory = factory_new(PROCESSES, DESCRIPTORS, SOCKETS, &error);
    if (factory == NULL) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    int terminal;
    pid_t pid = program_start(&terminal);
    terminal_watch(terminal, now_ms() + SETTLE_MS);
    for (size_t i = 0; pid > 0 && i < sizeof tabs / sizeof tabs[0]; i++) {
        if (strncmp(tabs[i].name, only, strlen(only)) != 0)
            continue;
        if (write(terminal, tabs[i].keys, strlen(tabs[i].keys)) < 0)
            break;
        terminal_watch(terminal, now_ms() + 2000);
        unsigned long before = family_ticks(pid);
        size_t bytes = terminal_watch(terminal, now_ms() + WATCH_MS);
        double cpu_ms = (double)(family_ticks(pid) - before) * 1e3 / (double)sysconf(_SC_CLK_TCK);
        printf("screen 200x50, %s: %zu bytes/s to the terminal (goal 2048), %.0f ms cpu/s\n", tabs[i].name,
               bytes * 1000 / WATCH_MS, cpu_ms * 1000 / WATCH_MS);
        fflush(stdout);
    }
    if (pid > 0)
        program_end(pid, terminal);
    factory_free(factory);
    return 0;
}

/* How long a key press takes to its drawing: the real program in a terminal of 200x50, over a recording of a host with
 * about 100,000 nodes. Prints the median and the longest for moving in a list, and for each change of the view. */
#include "record/recording.h"
#include "tests/unit/make_sample.h"

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

enum { PROCESSES = 24000, MOMENTS = 4, PRESSES = 21, ANSWER_MS = 20000, QUIET_MS = 400, STANDS_MS = 1500 };

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Takes what is drawn until nothing more comes for so long; returns when the first of it came, 0 = nothing did. */
static double terminal_settle(int terminal, int first_ms, int quiet_ms)
{
    char bytes[65536];
    double first = 0;
    struct pollfd waiting = {.fd = terminal, .events = POLLIN};
    while (poll(&waiting, 1, first == 0 ? first_ms : quiet_ms) > 0 && read(terminal, bytes, sizeof bytes) > 0)
        first = first == 0 ? now_ms() : first;
    return first;
}

static int double_compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void keys_measure(int terminal, const char *name, const char *const *keys, size_t key_count)
{
    double took_ms[PRESSES];
    size_t count = 0;
    for (size_t press = 0; press < PRESSES; press++) {
        const char *key = keys[press % key_count];
        double pressed_ms = now_ms();
        if (write(terminal, key, strlen(key)) < 0)
            return;
        double drawn_ms = terminal_settle(terminal, ANSWER_MS, QUIET_MS);
        if (drawn_ms > 0)
            took_ms[count++] = drawn_ms - pressed_ms;
    }
    qsort(took_ms, count, sizeof *took_ms, double_compare);
    if (count > 0)
        printf("key to drawing, 100,000 nodes, %s: median %.1f ms, longest %.1f ms (goal 16)\n", name,
               took_ms[count / 2], took_ms[count - 1]);
    fflush(stdout);
}

static bool recording_make(const char *path)
{
    struct error error = {0};
    struct recording *recording = recording_create(path, &(struct recording_options){0}, &error);
    bool made = recording != NULL;
    for (unsigned moment = 0; made && moment < MOMENTS; moment++) {
        struct sample *sample = sample_make(PROCESSES, moment);
        made = sample != NULL && recording_append(recording, sample, &error);
        sample_release(sample);
    }
    made = recording != NULL && recording_close(recording, &error) && made;
    if (!made)
        fprintf(stderr, "bench_keys: %s\n", error.text);
    return made;
}

int main(void)
{
    static const char *const moving[] = {"j", "\033[6~", "\033OF", "k", "\033OH"};
    static const char *const turning[] = {"2", "3", "4", "5", "8", "1"};
    static const char *const sorting[] = {"M", "P", "I"};
    char path[] = "/tmp/bench-keys-XXXXXX";
    struct winsize size = {.ws_row = 50, .ws_col = 200};
    int terminal, descriptor = mkstemp(path);
    if (descriptor < 0)
        return 1;
    close(descriptor);
    unlink(path);
    pid_t pid = recording_make(path) ? forkpty(&terminal, NULL, NULL, &size) : -1;
    if (pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        execl("./culprit", "culprit", "replay", path, (char *)NULL);
        _exit(127);
    }
    if (pid > 0) {
        terminal_settle(terminal, 10 * ANSWER_MS, 2 * STANDS_MS);
        (void)!write(terminal, "2", 1);
        terminal_settle(terminal, ANSWER_MS, STANDS_MS);
        keys_measure(terminal, "moving in the list of processes", moving, sizeof moving / sizeof moving[0]);
        keys_measure(terminal, "sorting it", sorting, sizeof sorting / sizeof sorting[0]);
        keys_measure(terminal, "turning to another view", turning, sizeof turning / sizeof turning[0]);
        (void)!write(terminal, "q", 1);
        terminal_settle(terminal, STANDS_MS, QUIET_MS);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        close(terminal);
    }
    unlink(path);
    return 0;
}

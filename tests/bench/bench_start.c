/* How soon the live screen answers, and what it weighs: the real program in a terminal of 80x24, started eleven times.
 * Prints medians of: first full screen, first verdict; and resident memory of all its processes after ten seconds. */
#include "terminal.h"

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STARTS = 11, SCREEN_BYTES_MAX = 1 << 20 };

struct start {
    double screen_ms, verdict_ms;
};

static bool contains_any(const char *screen, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strstr(screen, *words) != NULL)
            return true;
    return false;
}

/* Reads what the program draws until `end_ms`, noting when the screen and the verdict were there. */
static void screen_watch(int terminal, double start_ms, double end_ms, struct start *start)
{
    static char screen[SCREEN_BYTES_MAX];
    static const char *const verdicts[] = {"stands out", "Most unusual", " has ", " held ", " wait", NULL};
    size_t length = 0;
    while (now_ms() < end_ms && length + 1 < sizeof screen) {
        struct pollfd waiting = {.fd = terminal, .events = POLLIN};
        if (poll(&waiting, 1, 50) <= 0)
            continue;
        ssize_t count = read(terminal, screen + length, sizeof screen - length - 1);
        if (count <= 0)
            return;
        length += (size_t)count;
        screen[length] = '\0';
        if (start->screen_ms == 0 && strstr(screen, "Sockets") != NULL)
            start->screen_ms = now_ms() - start_ms;
        if (start->verdict_ms == 0 && contains_any(screen, verdicts))
            start->verdict_ms = now_ms() - start_ms;
    }
}

/* Resident bytes of the process and its descendants (proportional share of shared pages). */
static long family_rss_kb(pid_t pid)
{
    char path[64], line[256];
    long rss_kb = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "Pss: %ld", &rss_kb) == 1)
            break;
    if (file != NULL)
        fclose(file);
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    file = fopen(path, "r");
    for (int child; file != NULL && fscanf(file, "%d", &child) == 1;)
        rss_kb += family_rss_kb(child);
    if (file != NULL)
        fclose(file);
    return rss_kb;
}

static struct start program_start(double watch_ms, long *rss_kb)
{
    struct start start = {0};
    double start_ms = now_ms();
    struct terminal terminal = terminal_start((const char *[]){"./culprit", NULL}, 80, 24);
    if (terminal.pid <= 0)
        return start;
    screen_watch(terminal.descriptor, start_ms, start_ms + watch_ms, &start);
    if (rss_kb != NULL)
        *rss_kb = family_rss_kb(terminal.pid);
    terminal_end(&terminal);
    return start;
}

static int double_compare(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

int main(void)
{
    double screens[STARTS], verdicts[STARTS];
    long rss_kb = 0;
    for (int i = 0; i < STARTS; i++) {
        struct start start = program_start(2500, NULL);
        screens[i] = start.screen_ms == 0 ? 9999 : start.screen_ms;
        verdicts[i] = start.verdict_ms == 0 ? 9999 : start.verdict_ms;
    }
    program_start(10000, &rss_kb);
    qsort(screens, STARTS, sizeof *screens, double_compare);
    qsort(verdicts, STARTS, sizeof *verdicts, double_compare);
    printf("start: first full screen %.0f ms (goal 150), first verdict %.0f ms (goal 1500), medians of %d\n",
           screens[STARTS / 2], verdicts[STARTS / 2], STARTS);
    printf("start: memory after 10 s, all processes %.1f MB (goal 100)\n", (double)rss_kb / 1024);
    return 0;
}

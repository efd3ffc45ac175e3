/* How much the live screen sends to the terminal: the real program in a terminal of 200x50, over a crowd of 3,000
 * processes, in each of its tabs. Prints bytes per second in steady state, and the cpu time of all its processes. */
#include "factory.h"
#include "terminal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PROCESSES = 3000, DESCRIPTORS = 33000, SOCKETS = 9000, SETTLE_MS = 6000, WATCH_MS = 10000 };

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
    struct terminal terminal = terminal_start((const char *[]){"./culprit", NULL}, 200, 50);
    terminal_watch(&terminal, now_ms() + SETTLE_MS);
    for (size_t i = 0; terminal.pid > 0 && i < sizeof tabs / sizeof tabs[0]; i++) {
        if (strncmp(tabs[i].name, only, strlen(only)) != 0)
            continue;
        if (write(terminal.descriptor, tabs[i].keys, strlen(tabs[i].keys)) < 0)
            break;
        terminal_watch(&terminal, now_ms() + 2000);
        double before_ms = family_cpu_ms(terminal.pid);
        size_t bytes = terminal_watch(&terminal, now_ms() + WATCH_MS);
        double cpu_ms = family_cpu_ms(terminal.pid) - before_ms;
        printf("screen 200x50, %s: %zu bytes/s to the terminal (goal 2048), %.0f ms cpu/s\n", tabs[i].name,
               bytes * 1000 / WATCH_MS, cpu_ms * 1000 / WATCH_MS);
        fflush(stdout);
    }
    terminal_end(&terminal);
    factory_free(factory);
    return 0;
}

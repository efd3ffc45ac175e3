/* Plays a monkey at the screen: random keys and sizes of the terminal, the same for the same seed, and q at the end.
 *
 *     random_keys SEED COUNT PROGRAM ARGUMENTS...
 *
 * Succeeds when the program ends by q (or by a "quit" that the monkey found in the palette: then it is started again)
 * with status 0. A crash, a report of the sanitizers and a program that does not end by q are failures. */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BURST_MAX = 12, END_MS = 120000, ASK_MS = 300, DRAW_MS = 20, TYPED_KEPT = 64 };

/* All keys that do something but those that quit; those of prompts are typed more often. */
static const char *const keys[] = {"1",
                                   "2",
                                   "3",
                                   "4",
                                   "5",
                                   "6",
                                   "7",
                                   "8",
                                   "9",
                                   "0",
                                   "\t",
                                   "\033[Z",
                                   "\r",
                                   "\r",
                                   "\r",
                                   "\033",
                                   "\177",
                                   "w",
                                   "a",
                                   "d",
                                   "/",
                                   "\033OR",
                                   "\\",
                                   "\033OS",
                                   ">",
                                   "<",
                                   "I",
                                   "P",
                                   "M",
                                   "A",
                                   "v",
                                   " ",
                                   "U",
                                   "F",
                                   "z",
                                   "t",
                                   "T",
                                   "r",
                                   "Z",
                                   "n",
                                   "N",
                                   "p",
                                   "b",
                                   "m",
                                   "D",
                                   "e",
                                   "C",
                                   ":",
                                   "?",
                                   "\f",
                                   "\033OA",
                                   "\033OB",
                                   "\033OC",
                                   "\033OD",
                                   "\033OH",
                                   "\033OF",
                                   "\033[5~",
                                   "\033[6~",
                                   "g",
                                   "G",
                                   "\033OA",
                                   "\033OB",
                                   "\033OC",
                                   "\033OD",
                                   "j",
                                   "k",
                                   "x",
                                   "cpu>1",
                                   "wait",
                                   "14:00:40",
                                   "nginx",
                                   "unit:",
                                   "kind=",
                                   "took>1s",
                                   "\"",
                                   "\xc3\xa4",
                                   "\xe6\x95\xb0",
                                   "\033[17~",
                                   "\xff",
                                   "14:00:10, 14:01",
                                   "\x1a",
                                   "\033[200~",
                                   "\033[M !!",
                                   "\033[M 0*",
                                   "\033[M`((",
                                   "\033[Ma**",
                                   "\033[M #&"};
enum { KEY_COUNT = sizeof keys / sizeof keys[0] };

static uint64_t state;

/* xorshift64* (Vigna 2016): good enough for a monkey, and the same everywhere. */
static uint64_t random_below(uint64_t limit)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * UINT64_C(2685821657736338717) >> 11) % limit;
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static struct monkey {
    char **command;
    int terminal;
    pid_t pid;
    size_t typed, restarts;
    const char *last[TYPED_KEPT];
} monkey;

static bool program_start(void)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    monkey.pid = forkpty(&monkey.terminal, NULL, NULL, &size);
    if (monkey.pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        execv(monkey.command[0], monkey.command);
        _exit(127);
    }
    return monkey.pid > 0;
}

/* Takes what the program draws, for at most so long. */
static void terminal_drain(int timeout_ms)
{
    char drawn[65536];
    struct pollfd waiting = {.fd = monkey.terminal, .events = POLLIN};
    while (poll(&waiting, 1, timeout_ms) > 0 && (waiting.revents & POLLIN) != 0 &&
           read(monkey.terminal, drawn, sizeof drawn) > 0)
        timeout_ms = 0;
}

/* Types without ever blocking: who does not read keys must still be able to draw. */
static void terminal_type(const char *bytes)
{
    size_t length = strlen(bytes);
    double end_ms = now_ms() + END_MS;
    while (length > 0 && now_ms() < end_ms) {
        struct pollfd waiting = {.fd = monkey.terminal, .events = POLLIN | POLLOUT};
        poll(&waiting, 1, 100);
        if ((waiting.revents & POLLIN) != 0)
            terminal_drain(0);
        if ((waiting.revents & (POLLHUP | POLLERR)) != 0)
            return;
        if ((waiting.revents & POLLOUT) == 0)
            continue;
        ssize_t count = write(monkey.terminal, bytes, length);
        if (count <= 0)
            return;
        bytes += count;
        length -= (size_t)count;
    }
}

static void terminal_resize(void)
{
    bool tiny = random_below(6) == 0;
    struct winsize size = {.ws_row = (unsigned short)(1 + random_below(tiny ? 20 : 70)),
                           .ws_col = (unsigned short)(1 + random_below(tiny ? 70 : 220))};
    ioctl(monkey.terminal, TIOCSWINSZ, &size);
}

static int complain(const char *what, int status)
{
    fprintf(stderr, "%s (status %d) after %zu keys; the last ones:", what, status, monkey.typed);
    for (size_t i = monkey.typed > TYPED_KEPT ? monkey.typed - TYPED_KEPT : 0; i < monkey.typed; i++) {
        fprintf(stderr, " ");
        for (const char *c = monkey.last[i % TYPED_KEPT]; *c != '\0'; c++)
            fprintf(stderr, *c > ' ' && *c < 127 ? "%c" : "\\x%02x", (unsigned char)*c);
    }
    fprintf(stderr, "\n");
    return 1;
}

/* -1: it still runs; else its status. */
static int program_ended(void)
{
    int status;
    if (waitpid(monkey.pid, &status, WNOHANG) != monkey.pid)
        return -1;
    close(monkey.terminal);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int program_quit(void)
{
    double end_ms = now_ms() + END_MS;
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    ioctl(monkey.terminal, TIOCSWINSZ, &size);
    while (now_ms() < end_ms) {
        terminal_type("\033");
        terminal_drain(ASK_MS);
        terminal_type("q");
        double next_ms = now_ms() + ASK_MS;
        while (now_ms() < next_ms) {
            terminal_drain(20);
            int status = program_ended();
            if (status >= 0)
                return status;
        }
    }
    kill(monkey.pid, SIGKILL);
    waitpid(monkey.pid, NULL, 0);
    return -1;
}

static void burst_type(void)
{
    for (uint64_t burst = 1 + random_below(BURST_MAX); burst > 0; burst--) {
        const char *key = keys[random_below(KEY_COUNT)];
        monkey.last[monkey.typed++ % TYPED_KEPT] = key;
        /* Stopped like by a shell's Ctrl-Z it is continued at once. */
        if (key[0] == 0x1a)
            kill(monkey.pid, SIGCONT);
        else
            terminal_type(key);
    }
    if (random_below(8) == 0)
        terminal_resize();
    /* Mostly it may draw what the keys did; sometimes more come before it has. */
    terminal_drain(random_below(4) == 0 ? 0 : DRAW_MS);
    terminal_drain((int)random_below(DRAW_MS));
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: random_keys SEED COUNT PROGRAM ARGUMENTS...\n");
        return 2;
    }
    size_t count = strtoul(argv[2], NULL, 10);
    state = strtoull(argv[1], NULL, 10) * UINT64_C(0x9e3779b97f4a7c15) + 1;
    monkey.command = argv + 3;
    signal(SIGPIPE, SIG_IGN);
    if (!program_start())
        return 1;
    while (monkey.typed < count) {
        burst_type();
        int status = program_ended();
        if (status > 0)
            return complain("it ended", status);
        if (status == 0 && (monkey.restarts++, !program_start()))
            return 1;
    }
    int status = program_quit();
    if (status != 0)
        return complain(status < 0 ? "it does not end by q" : "it ended", status);
    printf("%zu keys, %zu times started again\n", monkey.typed, monkey.restarts);
    return 0;
}

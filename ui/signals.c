/* Signals as something to poll for. */
#include "ui/signals.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const struct {
    int number;
    enum signal_kind kind;
} handled[] = {
    {SIGWINCH, SIGNAL_RESIZE}, {SIGTSTP, SIGNAL_STOP}, {SIGCONT, SIGNAL_CONTINUED}, {SIGINT, SIGNAL_END},
    {SIGTERM, SIGNAL_END},     {SIGHUP, SIGNAL_END},   {SIGQUIT, SIGNAL_END},
};
enum { HANDLED_COUNT = sizeof handled / sizeof handled[0] };

static void stop_handler(int number)
{
    (void)number; /* never called: the signal is blocked, and read from the descriptor */
}

bool signals_open(struct signals *signals, struct error *error)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < HANDLED_COUNT; i++)
        sigaddset(&set, handled[i].number);
    signals->descriptor = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signals->descriptor < 0)
        return error_errno(error, errno, "signals cannot be received");
    sigprocmask(SIG_BLOCK, &set, &signals->mask_before);
    sigaction(SIGTSTP, &(struct sigaction){.sa_handler = stop_handler}, &signals->stop_before);
    return true;
}

void signals_close(struct signals *signals)
{
    if (signals->descriptor < 0)
        return;
    /* What arrived while we were ending must not kill us now that the terminal is restored. */
    while (signals_next(signals->descriptor) != SIGNAL_NONE) {
    }
    close(signals->descriptor);
    signals->descriptor = -1;
    sigaction(SIGTSTP, &signals->stop_before, NULL);
    sigprocmask(SIG_SETMASK, &signals->mask_before, NULL);
}

enum signal_kind signals_next(int descriptor)
{
    struct signalfd_siginfo received;
    if (read(descriptor, &received, sizeof received) != sizeof received)
        return SIGNAL_NONE;
    for (size_t i = 0; i < HANDLED_COUNT; i++)
        if (handled[i].number == (int)received.ssi_signo)
            return handled[i].kind;
    return SIGNAL_NONE;
}

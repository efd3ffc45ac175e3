/* Signals as something to poll for. */
#ifndef UI_SIGNALS_H
#define UI_SIGNALS_H

#include "base/error.h"

#include <signal.h>

enum signal_kind {
    SIGNAL_NONE,
    SIGNAL_RESIZE,    /* the terminal has another size */
    SIGNAL_STOP,      /* Ctrl-Z */
    SIGNAL_CONTINUED, /* somebody stopped us, and it goes on */
    SIGNAL_END,       /* asked to end, or the terminal is gone */
};

struct signals {
    int descriptor;
    sigset_t mask_before;
    struct sigaction stop_before;
};

/* Before screen_open: curses ignores SIGTSTP while it draws, which would lose one that is pending; it leaves the signal
 * alone when it finds a handler there. */
bool signals_open(struct signals *signals, struct error *error);
void signals_close(struct signals *signals);

/* The next one that has arrived; never waits. */
enum signal_kind signals_next(int descriptor);

#endif

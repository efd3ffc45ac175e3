/* A window: the samples of a stretch of time, oldest first; the last one is the moment asked for. */
#ifndef CURSOR_WINDOW_H
#define CURSOR_WINDOW_H

#include "sample/sample.h"

struct window {
    struct sample **samples; /* one reference each, the window's own */
    size_t count;            /* at least 1 in a window that was filled */
};

void window_done(struct window *window);

#endif

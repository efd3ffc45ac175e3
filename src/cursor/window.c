/* The window's samples. */
#include "cursor/window.h"

#include <stdlib.h>

void window_done(struct window *window)
{
    for (size_t i = 0; i < window->count; i++)
        sample_release(window->samples[i]);
    free(window->samples);
    *window = (struct window){0};
}

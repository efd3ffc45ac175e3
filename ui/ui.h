/* The screen. */
#ifndef UI_UI_H
#define UI_UI_H

#include "base/error.h"
#include "collect/collector.h"
#include "cursor/attach.h"
#include "cursor/cursor.h"
#include "model/model.h"

struct ui_options {
    struct cursor *cursor;         /* borrowed: live or recorded */
    struct collector *collector;   /* borrowed; NULL in replay */
    struct attachment *attachment; /* borrowed; NULL: no recorder was running */
    const struct model *model;     /* borrowed */
    const char *title;             /* recording's file name in replay; NULL live */
    const char *theme;             /* name or path; NULL = the settings' or the default */
    int64_t interval_ns;           /* live: between samples; 0 = the settings' or 1 s */
    int64_t window_ns;             /* of the verdict; 0 = the settings' or 5 s */
    size_t position;               /* replay: where to start */
    bool follow;                   /* replay: somebody records to it still; its end is followed */
    bool utc;
};

/* Runs until the user quits. False with a sentence when the terminal cannot serve (TERM=dumb, not a terminal, below
 * 60x15 is told on the screen itself). The terminal is always restored. */
bool ui_run(const struct ui_options *options, struct error *error);

#endif

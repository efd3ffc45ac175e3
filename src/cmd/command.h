/* A command: one row of main's table, with one table of options from which parsing, --help and the manual's check come.
 * Each command lives in one small file of this folder that parses its options, calls the engine, prints, and returns
 * the exit status. */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum exit_status { STATUS_DONE = 0, STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_ANOMALOUS = 3 };

enum option_type {
    OPTION_FLAG,     /* bool */
    OPTION_TEXT,     /* const char * */
    OPTION_MOMENT,   /* const char *: a time, checked for its form; read against a recording later */
    OPTION_DURATION, /* int64_t, nanoseconds */
    OPTION_SIZE,     /* uint64_t, bytes */
    OPTION_NUMBER,   /* long, from low to high */
    OPTION_CHOICE,   /* const char *: one of `choices`, points into argv */
};

struct option_row {
    const char *name; /* "window": given as --window */
    char letter;      /* 'o' for -o, 0 = none */
    enum option_type type;
    size_t offset;        /* of its value in the command's settings struct */
    const char *argument; /* what stands behind it in the help: "TIME"; NULL for a flag */
    const char *help;
    const char *choices; /* "text|json|dot" */
    long low, high;
};

struct command {
    const char *name;
    const char *arguments; /* "[RECORDING]", "" */
    const char *summary;   /* one line */
    const char *details;   /* what else its --help says; may be NULL */
    const struct option_row *options;
    size_t option_count;
    int arguments_min, arguments_max; /* how many words besides options; max -1 = any number */
    const void *defaults;             /* of its struct settings, see OPTION_DEFAULTS; NULL where there are no options */
    size_t settings_bytes;
    /* Returns STATUS_FAILED or STATUS_USAGE with a sentence. words: those besides options, with a NULL behind them. */
    enum exit_status (*run)(const struct command *command, const void *settings, char **words, struct error *error);
};

extern const struct command command_live, command_capture, command_record, command_replay, command_diagnose,
    command_diff, command_train, command_model, command_evaluate, command_export, command_doctor;

/* Rows that several commands have, each with a member of the same name in its struct settings. */
#define OPTION_MODEL                                                                                          \
    {                                                                                                         \
        .name = "model", .type = OPTION_TEXT, .offset = offsetof(struct settings, model), .argument = "FILE", \
        .help = "a model of your own instead of the bundled one"                                              \
    }
#define OPTION_THEME                                                                                          \
    {                                                                                                         \
        .name = "theme", .type = OPTION_TEXT, .offset = offsetof(struct settings, theme), .argument = "NAME", \
        .help = "a theme's name or file"                                                                      \
    }
#define OPTION_UTC                                                                    \
    {                                                                                 \
        .name = "utc", .type = OPTION_FLAG, .offset = offsetof(struct settings, utc), \
        .help = "times in UTC, not in the host's zone"                                \
    }
#define OPTION_INTERVAL                                                                                \
    {                                                                                                  \
        .name = "interval", .type = OPTION_DURATION, .offset = offsetof(struct settings, interval_ns), \
        .argument = "DURATION", .help = "between samples (1s)"                                         \
    }

#define OPTION_WINDOW(text)                                                                        \
    {                                                                                              \
        .name = "window", .type = OPTION_DURATION, .offset = offsetof(struct settings, window_ns), \
        .argument = "DURATION", .help = text                                                       \
    }

#define OPTION_ROWS(rows) .options = rows, .option_count = sizeof rows / sizeof rows[0]
#define OPTION_DEFAULTS(...) \
    .defaults = &(const struct settings){__VA_ARGS__}, .settings_bytes = sizeof(struct settings)

/* Reads the options (argv[0] is the command's own name) and runs the command. Prints its help, or "culprit COMMAND:
 * sentence" on standard error, sanitised, of what was wrong. */
enum exit_status command_run(const struct command *command, int argc, char **argv);

/* The same sentence without a command's failure: "culprit COMMAND: note: ...". */
void command_note(const struct command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

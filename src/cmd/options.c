/* Options of a command: read after its table, and told by it. */
#include "cmd/command.h"

#include "base/text.h"
#include "base/units.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 24, OPTION_CODE_BASE = 1000, OPTION_CODE_HELP = 999 };

static void option_print(const struct option_row *row)
{
    char left[64], letter[8] = "    ";
    if (row->letter != 0)
        snprintf(letter, sizeof letter, "-%c, ", row->letter);
    const char *argument = row->choices != NULL ? row->choices : row->argument;
    snprintf(left, sizeof left, "%s--%s%s%s", letter, row->name, argument == NULL ? "" : " ",
             argument == NULL ? "" : argument);
    if (strlen(left) > 27)
        printf("  %s\n  %-27s %s\n", left, "", row->help);
    else
        printf("  %-27s %s\n", left, row->help);
}

static void help_print(const struct command *command)
{
    printf("Usage: culprit %s%s%s%s\n\n%s\n", command->name, command->arguments[0] == '\0' ? "" : " ",
           command->arguments, command->option_count == 0 ? "" : " [options]", command->summary);
    if (command->details != NULL)
        printf("%s\n", command->details);
    printf("\nOptions:\n");
    for (size_t i = 0; i < command->option_count; i++)
        option_print(&command->options[i]);
    printf("  -h, %-23s %s\n", "--help", "show this help");
}

static bool choice_is_offered(const char *choices, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = choices; length > 0 && at != NULL; at = strchr(at, '|')) {
        at += *at == '|';
        if (strncmp(at, word, length) == 0 && (at[length] == '|' || at[length] == '\0'))
            return true;
    }
    return false;
}

static bool option_store(const struct option_row *row, const char *text, void *settings, struct error *error)
{
    void *place = (char *)settings + row->offset;
    char what[40];
    snprintf(what, sizeof what, "--%s", row->name);
    switch (row->type) {
    case OPTION_FLAG:
        *(bool *)place = true;
        return true;
    case OPTION_DURATION:
        return duration_parse(text, what, place, error);
    case OPTION_SIZE:
        return size_parse(text, what, place, error);
    case OPTION_NUMBER:
        return number_parse(text, what, row->low, row->high, place, error);
    case OPTION_CHOICE:
        if (!choice_is_offered(row->choices, text))
            return error_set(error, "--%s '%s' is not offered: give one of %s", row->name, text, row->choices);
        break;
    case OPTION_MOMENT: {
        int64_t time_ns;
        if (!moment_parse(text, 0, 0, &time_ns, error))
            return false;
        break;
    }
    case OPTION_TEXT:
        if (text[0] == '\0')
            return error_set(error, "--%s is empty: give a %s", row->name, row->argument);
        break;
    }
    *(const char **)place = text;
    return true;
}

/* The tables that getopt_long wants. */
static void getopt_fill(const struct command *command, struct option *longs, char *shorts)
{
    *shorts++ = ':';
    *shorts++ = 'h';
    for (size_t i = 0; i < command->option_count; i++) {
        const struct option_row *row = &command->options[i];
        longs[i] = (struct option){row->name, row->type == OPTION_FLAG ? no_argument : required_argument, NULL,
                                   OPTION_CODE_BASE + (int)i};
        if (row->letter != 0) {
            *shorts++ = row->letter;
            if (row->type != OPTION_FLAG)
                *shorts++ = ':';
        }
    }
    longs[command->option_count] = (struct option){"help", no_argument, NULL, OPTION_CODE_HELP};
    longs[command->option_count + 1] = (struct option){0};
    *shorts = '\0';
}

static const struct option_row *option_by_code(const struct command *command, int code)
{
    if (code >= OPTION_CODE_BASE)
        return &command->options[code - OPTION_CODE_BASE];
    for (size_t i = 0; i < command->option_count; i++)
        if (code != 0 && command->options[i].letter == code)
            return &command->options[i];
    return NULL;
}

/* What is left to do after the options were read. */
enum options_outcome {
    OPTIONS_RUN,   /* go on; argv[*first] is the first word that is not an option */
    OPTIONS_HELP,  /* help was asked for and printed */
    OPTIONS_WRONG, /* a sentence was printed */
};

static enum exit_status command_fail(const struct command *command, enum exit_status status, const struct error *error)
{
    struct buffer clean = {0};
    text_clean(&clean, error->text, strlen(error->text));
    fprintf(stderr, "culprit %s: %s\n", command->name, buffer_text(&clean));
    buffer_done(&clean);
    return status;
}

static enum options_outcome options_wrong(const struct command *command, const char *format, const char *word)
{
    struct error error = {0};
    error_set(&error, format, word, command->name);
    command_fail(command, STATUS_USAGE, &error);
    return OPTIONS_WRONG;
}

static enum options_outcome options_read(const struct command *command, int argc, char **argv, void *settings,
                                         int *first)
{
    struct option longs[OPTIONS_MAX + 2];
    char shorts[2 * OPTIONS_MAX + 3];
    getopt_fill(command, longs, shorts);
    opterr = 0;
    optind = 1;
    for (int code; (code = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
        if (code == OPTION_CODE_HELP || code == 'h') {
            help_print(command);
            return OPTIONS_HELP;
        }
        const char *word = argv[optind - 1];
        if (code == '?')
            return options_wrong(command, "unknown option '%s': 'culprit %s --help' lists what there is", word);
        if (code == ':')
            return options_wrong(command, "'%s' needs a value: see 'culprit %s --help'", word);
        struct error error = {0};
        const struct option_row *row = option_by_code(command, code);
        if (row == NULL || !option_store(row, optarg, settings, &error)) {
            command_fail(command, STATUS_USAGE, &error);
            return OPTIONS_WRONG;
        }
    }
    *first = optind;
    int words = argc - optind;
    if (words < command->arguments_min)
        return options_wrong(command, "%s is missing: see 'culprit %s --help'", command->arguments);
    if (command->arguments_max >= 0 && words > command->arguments_max)
        return options_wrong(command, "'%s' is one word too many: see 'culprit %s --help'",
                             argv[optind + command->arguments_max]);
    return OPTIONS_RUN;
}

enum exit_status command_run(const struct command *command, int argc, char **argv)
{
    int first = argc;
    struct error error = {0};
    void *settings = malloc(command->settings_bytes + 1);
    if (settings == NULL) {
        error_memory(&error);
        return command_fail(command, STATUS_FAILED, &error);
    }
    if (command->settings_bytes > 0)
        memcpy(settings, command->defaults, command->settings_bytes);
    enum options_outcome outcome = options_read(command, argc, argv, settings, &first);
    enum exit_status status = outcome == OPTIONS_HELP ? STATUS_DONE : STATUS_USAGE;
    if (outcome == OPTIONS_RUN) {
        status = command->run(command, settings, argv + first, &error);
        if (status == STATUS_FAILED || status == STATUS_USAGE)
            command_fail(command, status, &error);
    }
    free(settings);
    return status;
}

void command_note(const struct command *command, const char *format, ...)
{
    struct error note;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(note.text, sizeof note.text, format, arguments);
    va_end(arguments);
    struct buffer clean = {0};
    text_clean(&clean, note.text, strlen(note.text));
    fprintf(stderr, "culprit %s: note: %s\n", command->name, buffer_text(&clean));
    buffer_done(&clean);
}

/* The command table: the first word chooses a row, and no word at all is the live screen. */
#include "base/text.h"
#include "cmd/command.h"

#include <errno.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
    &command_live,  &command_capture, &command_record,   &command_replay, &command_diagnose, &command_diff,
    &command_train, &command_model,   &command_evaluate, &command_export, &command_doctor,
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static int help_print(void)
{
    printf("culprit: who made this host sick?\n\nUsage: culprit [COMMAND] [options]\n\nCommands:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
    printf("\nWithout a command: live. 'culprit COMMAND --help' shows a command's options, 'man culprit' the rest.\n"
           "Exit status: 0 done; 1 failed; 2 usage; with diagnose --exit-code 3 when something is wrong.\n");
    return STATUS_DONE;
}

static int command_unknown(const char *word)
{
    char clean[80];
    fprintf(stderr, "culprit: there is no command '%s': 'culprit --help' lists what there is\n",
            text_clean_into(clean, sizeof clean, word));
    return STATUS_USAGE;
}

static int command_choose(int argc, char **argv)
{
    if (argc < 2)
        return command_run(&command_live, argc, argv);
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
        return help_print();
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        printf("culprit %s\n", PACKAGE_VERSION);
        return STATUS_DONE;
    }
    if (word[0] == '-')
        return command_run(&command_live, argc, argv);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(word, commands[i]->name) == 0)
            return command_run(commands[i], argc - 1, argv + 1);
    return command_unknown(word);
}

/* What was printed has arrived, or the status says so: a full disk shows only when the last of it is written. */
static int output_settle(int status)
{
    bool failed = ferror(stdout) != 0;
    errno = 0;
    failed = fclose(stdout) != 0 || failed;
    if (!failed || status != STATUS_DONE || errno == EPIPE || errno == EBADF)
        return status;
    fprintf(stderr, "culprit: cannot write to standard output: %s\n", strerror(errno != 0 ? errno : EIO));
    return STATUS_FAILED;
}

/* Every second the same megabytes are taken and given back. Handing them to the kernel between two samples, which
 * clears each page when it gives it out again, cost a fifth of all cpu time. */
static void memory_keep(void)
{
    enum { MAPPED_FROM_BYTES = 32 << 20, KEPT_BYTES = 128 << 20 };
    mallopt(M_MMAP_THRESHOLD, MAPPED_FROM_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
}

int main(int argc, char **argv)
{
    memory_keep();
    setlocale(LC_CTYPE, ""); /* and no more: numbers are written and read with a point everywhere */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a recording that may not grow (ulimit -f) is told in a sentence */
    return output_settle(command_choose(argc, argv));
}

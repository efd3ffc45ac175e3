/* A recorder of somebody else's on this host. */
#include "cmd/host.h"

#include "base/text.h"

#include <string.h>
#include <unistd.h>

static const char writer_name[] = "culprit-write"; /* as record/writer_serve.c names itself */

struct stranger {
    uint64_t uid, pid;
    const char *command; /* borrowed from the sample */
};

static bool stranger_find(const struct sample *sample, uid_t user, struct stranger *stranger)
{
    const struct table *processes = &sample->tables[TABLE_PROCESS];
    for (size_t row = 0; row < processes->rows; row++) {
        const char *name = sample_string(sample, TABLE_PROCESS, row, PROCESS_NAME);
        uint64_t uid = table_u64(processes, row, PROCESS_UID, 0);
        if (name == NULL || strcmp(name, writer_name) != 0 || uid == 0 || uid == user)
            continue;
        uint64_t pid = table_u64(processes, row, PROCESS_PARENT_PID, 0);
        size_t recorder = sample_process_row(sample, pid, 0);
        const char *command =
            recorder == SIZE_MAX ? NULL : sample_string(sample, TABLE_PROCESS, recorder, PROCESS_COMMAND);
        *stranger = (struct stranger){.uid = uid, .pid = pid, .command = command == NULL ? "" : command};
        return true;
    }
    return false;
}

void host_stranger_tell(const struct command *command, const struct host *host)
{
    struct stranger stranger;
    char words[200];
    size_t count = cursor_count(host->cursor);
    struct sample *sample = host->attachment == NULL && count > 0 ? cursor_sample(host->cursor, count - 1, NULL) : NULL;
    if (sample != NULL && stranger_find(sample, geteuid(), &stranger))
        command_note(command,
                     "user %lu records this host as well (process %lu: %s); the past in that recording was not "
                     "taken, for that user could have written anything into it: see it with culprit replay",
                     (unsigned long)stranger.uid, (unsigned long)stranger.pid,
                     text_clean_into(words, sizeof words, stranger.command));
    sample_release(sample);
}

/* culprit doctor: what this host lets us see, and what to do about the rest. */
#include "cmd/command.h"
#include "cmd/output.h"

#include "base/text.h"
#include "collect/collector.h"
#include "collect/doctor.h"

static void row_print(const struct doctor_row *row, struct buffer *out)
{
    const char *mark = row->available ? "yes" : row->needed ? "NO" : "no";
    char detail[2 * sizeof row->detail], remedy[2 * sizeof row->remedy];
    buffer_printf(out, "%-4s %-32s %s\n", mark, row->name, text_clean_into(detail, sizeof detail, row->detail));
    if (!row->available && row->remedy[0] != '\0')
        buffer_printf(out, "     %-32s -> %s\n", "", text_clean_into(remedy, sizeof remedy, row->remedy));
}

static enum exit_status doctor_run(const struct command *command, const void *given, char **words, struct error *error)
{
    (void)command, (void)given, (void)words;
    enum { ROWS_MAX = 64 };
    struct doctor_row rows[ROWS_MAX];
    size_t count = doctor_examine(rows, ROWS_MAX), blind = 0;
    struct buffer out = {0};
    for (size_t i = 0; i < count; i++) {
        row_print(&rows[i], &out);
        blind += !rows[i].available && rows[i].needed;
    }
    if (blind == 0)
        buffer_string(&out, "\nNothing that is needed is missing.\n");
    else
        buffer_printf(&out,
                      "\n%zu of %zu are needed and missing: what they would show stays unseen, and is counted as "
                      "not readable.\n",
                      blind, count);
    bool written = collector_drop_privileges(error) && output_write(NULL, &out, error);
    buffer_done(&out);
    return written ? STATUS_DONE : STATUS_FAILED;
}

const struct command command_doctor = {
    .name = "doctor",
    .arguments = "",
    .summary = "what this host lets us see, and what to do about the rest",
    .run = doctor_run,
};

/* Words that several exporters share. */
#include "export/phrase.h"

#include "base/text.h"
#include "base/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void unread_add(struct unread unread[UNREAD_KINDS_MAX], size_t *used, const char *kind, uint64_t count)
{
    size_t at = 0;
    while (at < *used && strcmp(unread[at].kind, kind) != 0)
        at++;
    if (at == UNREAD_KINDS_MAX)
        return;
    if (at == *used)
        unread[(*used)++] = (struct unread){.kind = kind};
    unread[at].count += count;
}

size_t unread_kinds(const struct sample *sample, struct unread unread[UNREAD_KINDS_MAX])
{
    size_t used = 0;
    if (sample == NULL)
        return 0;
    const struct table *table = &sample->tables[TABLE_UNREAD];
    for (size_t row = 0; row < table->rows; row++) {
        const char *kind = sample_string(sample, TABLE_UNREAD, row, UNREAD_KIND);
        uint64_t count = table_u64(table, row, UNREAD_COUNT, 0);
        if (kind != NULL && count > 0)
            unread_add(unread, &used, kind, count);
    }
    return used;
}

static const char *list_separator(size_t at, size_t count)
{
    return at == 0 ? "" : at + 1 == count ? " and " : ", ";
}

void phrase_unread_kind(struct buffer *out, const struct unread *unread)
{
    char digits[32];
    size_t length = strlen(unread->kind);
    buffer_printf(out, "%s ", count_format(digits, sizeof digits, unread->count));
    if (unread->count == 1 && length > 4 && strcmp(unread->kind + length - 4, "sses") == 0)
        length -= 2;
    else if (unread->count == 1 && length > 1 && unread->kind[length - 1] == 's')
        length -= 1;
    text_clean(out, unread->kind, length);
}

void phrase_unread(const struct sample *sample, struct buffer *out)
{
    struct unread unread[UNREAD_KINDS_MAX];
    size_t count = unread_kinds(sample, unread);
    for (size_t i = 0; i < count; i++) {
        buffer_string(out, list_separator(i, count));
        phrase_unread_kind(out, &unread[i]);
    }
    if (count > 0)
        buffer_string(out, " not readable");
}

void phrase_count(struct buffer *out, uint64_t count, const char *singular, const char *plural)
{
    char digits[32];
    buffer_printf(out, "%s %s", count_format(digits, sizeof digits, count), count == 1 ? singular : plural);
}

const char *export_sources(const struct sample *sample)
{
    uint32_t sources = sample == NULL ? 0 : sample->sources;
    bool kernel = (sources & SAMPLE_SOURCE_KERNEL) != 0, proc = (sources & SAMPLE_SOURCE_PROC) != 0;
    return kernel && proc ? "kernel+proc" : kernel ? "kernel" : proc ? "proc" : "source unknown";
}

void export_seen(const struct sample *sample, struct buffer *out)
{
    static const struct {
        enum table_kind table;
        const char *singular, *plural;
    } kinds[] = {{TABLE_PROCESS, "process", "processes"},
                 {TABLE_DESCRIPTOR, "descriptor", "descriptors"},
                 {TABLE_SOCKET, "socket", "sockets"}};
    enum { KINDS = sizeof kinds / sizeof kinds[0] };
    if (sample == NULL)
        return;
    for (size_t i = 0; i < KINDS; i++) {
        buffer_string(out, list_separator(i, KINDS));
        phrase_count(out, sample->tables[kinds[i].table].rows, kinds[i].singular, kinds[i].plural);
    }
    buffer_string(out, " looked at");
    uint64_t unread = sample_unread_count(sample, NULL);
    char digits[32];
    if (unread > 0)
        buffer_printf(out, ", %s not readable", count_format(digits, sizeof digits, unread));
}

char *phrase_window(char *dst, size_t dst_bytes, double seconds)
{
    if (seconds < 120 && fabs(seconds - rint(seconds)) < 0.05 && seconds >= 0.95)
        snprintf(dst, dst_bytes, "%.0f s", seconds);
    else
        duration_format(dst, dst_bytes, seconds);
    return dst;
}

void phrase_shorten(struct buffer *out, const char *clean, size_t columns, bool ascii)
{
    size_t gap = ascii ? 3 : 1;
    text_shorten(out, clean, columns, columns > gap ? (columns - gap) / 2 : 0, ascii ? "..." : "\xe2\x80\xa6");
}

const char *phrase_host(const struct graph *graph)
{
    if (graph->host != NODE_NONE && graph->host < graph->node_count)
        return graph->nodes[graph->host].name;
    if (graph->sample == NULL || graph->sample->tables[TABLE_HOST].rows == 0)
        return NULL;
    return sample_string(graph->sample, TABLE_HOST, 0, HOST_NAME);
}

size_t phrase_top(const struct export_input *input)
{
    size_t top = input->top == 0 ? 10 : input->top;
    size_t count = input->verdict == NULL ? 0 : input->verdict->suspect_count;
    return count < top ? count : top;
}

const char *phrase_wait(enum wait_kind kind)
{
    return (unsigned)kind < WAIT_KIND_COUNT ? wait_kinds[kind].name : "wait";
}

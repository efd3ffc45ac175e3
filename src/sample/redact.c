/* Redacting a sample: the strings of its command columns, and no copy of them left behind. */
#include "sample/redact.h"

#include "base/memory.h"
#include "sample/secret.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { COMMAND_BYTES_MAX = 4096 };

bool redact_command(struct buffer *out, const char *command)
{
    unsigned char hidden[COMMAND_BYTES_MAX];
    size_t length = strnlen(command, COMMAND_BYTES_MAX);
    if (!secrets_mark(command, length, hidden)) {
        buffer_append(out, command, length);
        return false;
    }
    for (size_t at = 0; at < length;) {
        size_t end = at + 1;
        while (end < length && hidden[end] == hidden[at])
            end++;
        if (hidden[at])
            buffer_string(out, REDACTED);
        else
            buffer_append(out, command + at, end - at);
        at = end;
    }
    return true;
}

static const char *string_of(const struct sample *sample, size_t number)
{
    return sample->string_bytes.data + sample->string_offsets[number];
}

static const struct {
    enum table_kind kind;
    size_t column;
} command_columns[] = {{TABLE_PROCESS, PROCESS_COMMAND}, {TABLE_EVENT, EVENT_COMMAND}};

/* texts[number]: what replaces the string, NULL = it stays. */
static bool column_replace(const struct sample *sample, enum table_kind kind, size_t column, char **texts,
                           struct arena *arena, bool *any)
{
    const struct table *table = &sample->tables[kind];
    struct buffer text = {0};
    bool good = true;
    for (size_t row = 0; good && row < table->rows; row++) {
        if (!table_known(table, row, column))
            continue;
        uint64_t number = table->cells[column][row];
        buffer_clear(&text);
        if (texts[number] != NULL || !redact_command(&text, string_of(sample, number)))
            continue;
        texts[number] = text.failed ? NULL : arena_copy(arena, buffer_text(&text), text.length);
        good = texts[number] != NULL;
        *any = true;
    }
    buffer_done(&text);
    return good;
}

static bool replacements_find(const struct sample *sample, char **texts, struct arena *arena, bool *any)
{
    bool good = true;
    for (size_t i = 0; good && i < sizeof command_columns / sizeof command_columns[0]; i++)
        good = column_replace(sample, command_columns[i].kind, command_columns[i].column, texts, arena, any);
    return good;
}

static void cells_renumber(struct sample *sample, const uint32_t *numbers)
{
    for (size_t kind = 0; kind < TABLE_COUNT; kind++) {
        struct table *table = &sample->tables[kind];
        for (size_t column = 0; column < table->schema->column_count; column++)
            for (size_t row = 0; table->schema->columns[column].type == COLUMN_STRING && row < table->rows; row++)
                if (table->known[column][row])
                    table->cells[column][row] = numbers[table->cells[column][row]];
    }
}

/* Gives the strings of `to` to the sample, and those of the sample to it. */
static void strings_exchange(struct sample *sample, struct sample *to)
{
    struct sample old = *sample;
    sample->string_bytes = to->string_bytes;
    sample->string_offsets = to->string_offsets;
    sample->string_count = to->string_count;
    sample->string_capacity = to->string_capacity;
    sample->string_index = to->string_index;
    to->string_bytes = old.string_bytes;
    to->string_offsets = old.string_offsets;
    to->string_count = old.string_count;
    to->string_capacity = old.string_capacity;
    to->string_index = old.string_index;
}

static bool strings_replace(struct sample *sample, char *const *texts)
{
    struct sample *other = sample_new();
    uint32_t *numbers = malloc((sample->string_count + 1) * sizeof *numbers);
    bool good = other != NULL && numbers != NULL;
    for (size_t number = 0; good && number < sample->string_count; number++) {
        const char *text = texts[number] != NULL ? texts[number] : string_of(sample, number);
        numbers[number] = sample_intern(other, text, strlen(text));
        good = numbers[number] != UINT32_MAX;
    }
    if (good) {
        cells_renumber(sample, numbers);
        strings_exchange(sample, other);
    }
    free(numbers);
    sample_release(other);
    return good;
}

bool sample_redact(struct sample *sample, struct error *error)
{
    assert(sample->references == 1);
    struct arena arena = {0};
    bool any = false;
    char **texts = calloc(sample->string_count, sizeof *texts);
    bool good =
        texts != NULL && replacements_find(sample, texts, &arena, &any) && (!any || strings_replace(sample, texts));
    free(texts);
    arena_done(&arena);
    return good || error_memory(error);
}

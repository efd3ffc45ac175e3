/* Reading a sample's bytes (layout in codec.c's first comment). They may come from a stranger: nothing is believed
 * before it has been compared with the bytes that are left. */
#include "sample/codec.h"

#include <endian.h>
#include <math.h>
#include <string.h>

enum {
    ROWS_MAX = 1 << 24,
    /* Cells in memory, at most so many a byte: a row has at least a key. A column of which nothing is known costs no
     * byte a row, and hundreds of them would fill somebody's memory. */
    CELLS_PER_BYTE_MAX = 8,
    CELLS_ALWAYS = 1 << 16,
};

struct reader {
    const unsigned char *at;
    size_t left;
    size_t cells_left; /* that may yet be had */
};

/* What a column's head says. */
struct column_head {
    struct text_span {
        const char *text;
        size_t length;
    } name, unit;
    uint64_t type, mask, width;
    const unsigned char *bitmap; /* NULL unless mask is CODEC_MASK_BITMAP */
    const unsigned char *cells;
};

static bool bytes_read(struct reader *reader, uint64_t length, const unsigned char **bytes)
{
    if (length > reader->left)
        return false;
    *bytes = reader->at;
    reader->at += length;
    reader->left -= length;
    return true;
}

static bool integer_read(struct reader *reader, unsigned width, uint64_t *value)
{
    const unsigned char *bytes;
    if (!bytes_read(reader, width, &bytes))
        return false;
    *value = 0;
    for (unsigned i = 0; i < width; i++)
        *value |= (uint64_t)bytes[i] << (8 * i);
    return true;
}

static bool name_read(struct reader *reader, struct text_span *span)
{
    uint64_t length;
    const unsigned char *bytes;
    if (!integer_read(reader, 1, &length) || !bytes_read(reader, length, &bytes))
        return false;
    *span = (struct text_span){(const char *)bytes, length};
    return true;
}

static bool name_is(struct text_span span, const char *name)
{
    return span.length == strlen(name) && memcmp(span.text, name, span.length) == 0;
}

static bool damaged(struct error *error, const char *what)
{
    error_set(error, "the sample is damaged: %s", what);
    return false;
}

static bool header_decode(struct reader *reader, struct sample *sample, uint64_t *minor, struct error *error)
{
    const unsigned char *magic, *appended;
    uint64_t major, header_bytes, time, boottime, taken, cpu, sources, complete;
    if (!bytes_read(reader, 4, &magic) || memcmp(magic, "CULP", 4) != 0)
        return damaged(error, "it does not begin as a sample does");
    if (!integer_read(reader, 2, &major) || !integer_read(reader, 2, minor))
        return damaged(error, "it is cut inside its header");
    if (major != CODEC_MAJOR)
        return error_set(error, "the sample is in format %u and this culprit reads format %u: use a newer culprit",
                         (unsigned)major, (unsigned)CODEC_MAJOR);
    if (!integer_read(reader, 4, &header_bytes) || !integer_read(reader, 8, &time) ||
        !integer_read(reader, 8, &boottime) || !integer_read(reader, 8, &taken) || !integer_read(reader, 8, &cpu) ||
        !integer_read(reader, 4, &sources) || !integer_read(reader, 4, &complete) ||
        header_bytes < CODEC_HEADER_BYTES || !bytes_read(reader, header_bytes - CODEC_HEADER_BYTES, &appended))
        return damaged(error, "it is cut inside its header");
    if (time > (uint64_t)CODEC_TIME_MAX_NS || boottime > (uint64_t)CODEC_TIME_MAX_NS ||
        taken > (uint64_t)CODEC_TIME_MAX_NS || cpu > (uint64_t)CODEC_TIME_MAX_NS)
        return damaged(error, "its time is impossible");
    sample->time_ns = (int64_t)time;
    sample->boottime_ns = (int64_t)boottime;
    sample->taken_ns = (int64_t)taken;
    sample->cpu_ns = (int64_t)cpu;
    sample->sources = (uint32_t)sources;
    sample->complete = (uint32_t)complete;
    return true;
}

static bool strings_decode(struct reader *reader, struct sample *sample, struct error *error)
{
    uint64_t count, length;
    const unsigned char *bytes;
    if (!integer_read(reader, 4, &count) || !integer_read(reader, 4, &length) || !bytes_read(reader, length, &bytes) ||
        count == 0 || count > length || bytes[0] != '\0' || bytes[length - 1] != '\0')
        return damaged(error, "it is cut inside its strings");
    const char *text = (const char *)bytes + 1;
    const char *end = (const char *)bytes + length;
    for (uint64_t number = 1; number < count; number++) {
        const char *stop = text < end ? memchr(text, '\0', (size_t)(end - text)) : NULL;
        if (stop == NULL || stop - text > CODEC_STRING_BYTES_MAX)
            return damaged(error, "a string does not end");
        uint32_t place = sample_intern(sample, text, (size_t)(stop - text));
        if (place == UINT32_MAX)
            return error_memory(error);
        if (place != number)
            return damaged(error, "a string comes twice");
        text = stop + 1;
    }
    return text == end ? true : damaged(error, "it has more strings than it says");
}

static bool column_head_read(struct reader *reader, uint64_t rows, struct column_head *head, struct error *error)
{
    head->bitmap = NULL;
    if (!name_read(reader, &head->name) || !name_read(reader, &head->unit) || !integer_read(reader, 1, &head->type) ||
        !integer_read(reader, 1, &head->mask) || !integer_read(reader, 1, &head->width))
        return damaged(error, "it is cut inside a column's head");
    bool fixed_width = head->width == 1 || head->width == 2 || head->width == 4 || head->width == 8;
    if (head->mask > CODEC_MASK_BITMAP || (head->mask == CODEC_MASK_NONE_KNOWN ? head->width != 0 : !fixed_width))
        return damaged(error, "a column has an impossible head");
    if (head->mask == CODEC_MASK_BITMAP && !bytes_read(reader, (rows + 7) / 8, &head->bitmap))
        return damaged(error, "it is cut inside a column's mask");
    if (!bytes_read(reader, rows * head->width, &head->cells))
        return damaged(error, "it is cut inside a column");
    return true;
}

static void cells_decode(const unsigned char *at, size_t rows, unsigned width, uint64_t *cells)
{
    for (size_t row = 0; row < rows; row++, at += width) {
        uint64_t cell = 0;
        switch (width) {
        case 1:
            memcpy(&cell, at, 1);
            break;
        case 2:
            memcpy(&cell, at, 2);
            break;
        case 4:
            memcpy(&cell, at, 4);
            break;
        default:
            memcpy(&cell, at, 8);
        }
        cells[row] = le64toh(cell);
    }
}

static void mask_decode(const struct column_head *head, size_t rows, uint64_t *cells, uint8_t *known)
{
    if (head->bitmap == NULL) {
        memset(known, 1, rows);
        return;
    }
    for (size_t row = 0; row < rows; row++) {
        known[row] = head->bitmap[row / 8] >> (row % 8) & 1;
        if (!known[row])
            cells[row] = 0;
    }
}

/* An infinite or undefined double would spread through every sum above: it is as good as unknown. */
static void doubles_check(size_t rows, uint64_t *cells, uint8_t *known)
{
    for (size_t row = 0; row < rows; row++) {
        double value;
        memcpy(&value, &cells[row], sizeof value);
        if (!isfinite(value)) {
            cells[row] = 0;
            known[row] = 0;
        }
    }
}

static bool column_decode(const struct column_head *head, struct sample *sample, struct table *table, size_t column,
                          struct error *error)
{
    if (head->mask == CODEC_MASK_NONE_KNOWN || table->rows == 0)
        return true;
    enum column_type type = table->schema->columns[column].type;
    uint64_t *cells = table->cells[column];
    uint8_t *known = table->known[column];
    if (type == COLUMN_F64 && head->width != 8)
        return damaged(error, "a column has an impossible head");
    cells_decode(head->cells, table->rows, (unsigned)head->width, cells);
    mask_decode(head, table->rows, cells, known);
    if (type == COLUMN_F64)
        doubles_check(table->rows, cells, known);
    for (size_t row = 0; type == COLUMN_STRING && row < table->rows; row++)
        if (cells[row] >= sample->string_count)
            return damaged(error, "a string number is out of range");
    return true;
}

/* The column of that name, type and unit, or SIZE_MAX: a changed unit must not be read as the old one. */
static size_t column_find(const struct table_schema *schema, const struct column_head *head)
{
    for (size_t column = 0; column < schema->column_count; column++) {
        const struct column_schema *known = &schema->columns[column];
        bool fits = head->type == known->type || (head->type == CODEC_TYPE_REST && codec_is_rest(schema, column));
        if (fits && name_is(head->name, known->name) && name_is(head->unit, known->unit))
            return column;
    }
    return SIZE_MAX;
}

static struct table *table_find(struct sample *sample, struct text_span name)
{
    for (size_t kind = 0; kind < TABLE_COUNT; kind++)
        if (name_is(name, sample_schema[kind].name))
            return &sample->tables[kind];
    return NULL;
}

/* Once all columns are there. */
static void rest_complete(struct table *table, size_t column)
{
    for (size_t row = 0; row < table->rows; row++)
        if (table->known[column][row])
            table->cells[column][row] += codec_distance(table, row);
}

static bool table_decode(struct reader *reader, struct sample *sample, bool *seen, struct error *error)
{
    struct text_span name;
    uint64_t rows, column_count;
    size_t rest = SIZE_MAX;
    uint64_t columns_seen = 0; /* no schema has 64 columns: see the assertion below */
    _Static_assert(PROCESS_COLUMN_COUNT < 64 && HOST_COLUMN_COUNT < 64, "columns fit into one word");
    if (!name_read(reader, &name) || !integer_read(reader, 4, &rows) || rows > reader->left || rows > ROWS_MAX ||
        !integer_read(reader, 2, &column_count))
        return damaged(error, "it is cut inside a table's head");
    struct table *table = table_find(sample, name);
    if (table != NULL) {
        bool *table_seen = &seen[table - sample->tables];
        if (*table_seen)
            return damaged(error, "a table comes twice");
        *table_seen = true;
        size_t cells = rows * table->schema->column_count;
        if (cells > reader->cells_left)
            return damaged(error, "a table has more rows than it can hold");
        reader->cells_left -= cells;
        if (!table_extend(table, rows))
            return error_memory(error);
    }
    for (uint64_t i = 0; i < column_count; i++) {
        struct column_head head;
        if (!column_head_read(reader, rows, &head, error))
            return false;
        size_t column = table == NULL ? SIZE_MAX : column_find(table->schema, &head);
        if (column == SIZE_MAX)
            continue;
        if (columns_seen >> column & 1)
            return damaged(error, "a column comes twice");
        columns_seen |= UINT64_C(1) << column;
        if (!column_decode(&head, sample, table, column, error))
            return false;
        rest = head.type == CODEC_TYPE_REST ? column : rest;
    }
    if (rest != SIZE_MAX)
        rest_complete(table, rest);
    return true;
}

struct sample *sample_decode(const void *bytes, size_t length, struct error *error)
{
    struct reader reader = {bytes, length, length * CELLS_PER_BYTE_MAX + CELLS_ALWAYS};
    bool seen[TABLE_COUNT] = {false};
    uint64_t minor = 0, table_count = 0;
    struct sample *sample = sample_new();
    bool good = sample != NULL ? header_decode(&reader, sample, &minor, error) && strings_decode(&reader, sample, error)
                               : error_memory(error);
    if (good && !integer_read(&reader, 2, &table_count))
        good = damaged(error, "it is cut before its tables");
    for (uint64_t i = 0; good && i < table_count; i++)
        good = table_decode(&reader, sample, seen, error);
    if (good && reader.left > 0 && minor <= CODEC_MINOR)
        good = damaged(error, "there are bytes behind its end");
    if (good)
        return sample;
    sample_release(sample);
    return NULL;
}

/* The sample's tables and strings. */
#include "sample/sample.h"

#include "base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA_COLUMN(column, name, type, unit, help) [column] = {name, COLUMN_##type, unit, help},
static const struct column_schema host_columns[] = {HOST_COLUMNS(SCHEMA_COLUMN)};
static const struct column_schema process_columns[] = {PROCESS_COLUMNS(SCHEMA_COLUMN)};
static const struct column_schema descriptor_columns[] = {DESCRIPTOR_COLUMNS(SCHEMA_COLUMN)};
static const struct column_schema file_columns[] = {FILE_COLUMNS(SCHEMA_COLUMN)};
static const struct column_schema socket_columns[] = {SOCKET_COLUMNS(SCHEMA_COLUMN)};
static const struct column_schema pipe_columns[] = {PIPE_COLUMNS(SCHEMA_COLUMN)};
static const struct column_schema lock_columns[] = {LOCK_COLUMNS(SCHEMA_COLUMN)};
static const struct column_schema wait_columns[] = {WAIT_COLUMNS(SCHEMA_COLUMN)};
static const struct column_schema filesystem_columns[] = {FILESYSTEM_COLUMNS(SCHEMA_COLUMN)};
static const struct column_schema event_columns[] = {EVENT_COLUMNS(SCHEMA_COLUMN)};
static const struct column_schema disk_columns[] = {DISK_COLUMNS(SCHEMA_COLUMN)};
static const struct column_schema cgroup_columns[] = {CGROUP_COLUMNS(SCHEMA_COLUMN)};
static const struct column_schema unread_columns[] = {UNREAD_COLUMNS(SCHEMA_COLUMN)};

#define SCHEMA_TABLE(TABLE, name, help) \
    [TABLE_##TABLE] = {#name, help, name##_columns, sizeof name##_columns / sizeof name##_columns[0]},
const struct table_schema sample_schema[TABLE_COUNT] = {SAMPLE_TABLES(SCHEMA_TABLE)};

#define SCHEMA_WAIT(kind, name, help) [kind] = {name, help},
const struct wait_kind_schema wait_kinds[WAIT_KIND_COUNT] = {WAIT_KINDS(SCHEMA_WAIT)};

enum { STRING_BYTES_MAX = 4096 };

static bool string_equal(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    const struct sample *sample = items;
    const char *text = sample->string_bytes.data + sample->string_offsets[place];
    return strncmp(text, key, key_bytes) == 0 && text[key_bytes] == '\0';
}

static bool table_init(struct table *table, const struct table_schema *schema)
{
    table->schema = schema;
    table->cells = calloc(schema->column_count, sizeof *table->cells);
    table->known = calloc(schema->column_count, sizeof *table->known);
    return table->cells != NULL && table->known != NULL;
}

static void table_done(struct table *table)
{
    for (size_t i = 0; table->schema != NULL && i < table->schema->column_count; i++) {
        if (table->cells != NULL)
            free(table->cells[i]);
        if (table->known != NULL)
            free(table->known[i]);
    }
    free(table->cells);
    free(table->known);
}

struct sample *sample_new(void)
{
    struct sample *sample = calloc(1, sizeof *sample);
    if (sample == NULL)
        return NULL;
    sample->references = 1;
    index_init(&sample->string_index, string_equal);
    bool complete = true;
    for (size_t kind = 0; kind < TABLE_COUNT; kind++)
        complete = table_init(&sample->tables[kind], &sample_schema[kind]) && complete;
    if (!complete || sample_intern(sample, "", 0) != 0) {
        sample_release(sample);
        return NULL;
    }
    return sample;
}

struct sample *sample_reference(struct sample *sample)
{
    sample->references++;
    return sample;
}

void sample_release(struct sample *sample)
{
    if (sample == NULL || --sample->references > 0)
        return;
    for (size_t kind = 0; kind < TABLE_COUNT; kind++)
        table_done(&sample->tables[kind]);
    buffer_done(&sample->string_bytes);
    free(sample->string_offsets);
    index_done(&sample->string_index);
    free(sample);
}

static bool table_grow(struct table *table, size_t room)
{
    for (size_t i = 0; i < table->schema->column_count; i++) {
        uint64_t *cells = realloc(table->cells[i], room * sizeof *cells);
        if (cells == NULL)
            return false;
        table->cells[i] = cells;
        uint8_t *known = realloc(table->known[i], room);
        if (known == NULL)
            return false;
        table->known[i] = known;
    }
    table->capacity = room;
    return true;
}

size_t table_append(struct table *table)
{
    if (table->rows == table->capacity && !table_grow(table, table->capacity == 0 ? 16 : table->capacity * 2))
        return SIZE_MAX;
    for (size_t i = 0; i < table->schema->column_count; i++) {
        table->cells[i][table->rows] = 0;
        table->known[i][table->rows] = 0;
    }
    return table->rows++;
}

size_t table_append_row(struct table *table, const uint64_t *cells, const uint8_t *known)
{
    if (table->rows == table->capacity && !table_grow(table, table->capacity == 0 ? 16 : table->capacity * 2))
        return SIZE_MAX;
    for (size_t i = 0; i < table->schema->column_count; i++) {
        assert(known[i] != 0 || cells[i] == 0);
        table->cells[i][table->rows] = cells[i];
        table->known[i][table->rows] = known[i];
    }
    return table->rows++;
}

void table_reserve(struct table *table, size_t rows)
{
    if (rows > table->capacity && table_grow(table, rows))
        table->capacity = rows;
}

/* calloc, because pages of a wholly masked column then are never touched. */
static bool table_allocate(struct table *table, size_t rows)
{
    for (size_t i = 0; i < table->schema->column_count; i++) {
        free(table->cells[i]);
        free(table->known[i]);
        table->cells[i] = calloc(rows, sizeof **table->cells);
        table->known[i] = calloc(rows, 1);
        if (table->cells[i] == NULL || table->known[i] == NULL)
            return false;
    }
    table->capacity = rows;
    return true;
}

bool table_extend(struct table *table, size_t count)
{
    if (count == 0)
        return true;
    if (table->capacity == 0) {
        if (!table_allocate(table, count))
            return false;
    } else {
        if (count > SIZE_MAX / sizeof **table->cells - table->rows)
            return false;
        if (table->rows + count > table->capacity && !table_grow(table, table->rows + count))
            return false;
        for (size_t i = 0; i < table->schema->column_count; i++) {
            memset(table->cells[i] + table->rows, 0, count * sizeof **table->cells);
            memset(table->known[i] + table->rows, 0, count);
        }
    }
    table->rows += count;
    return true;
}

void table_drop_last(struct table *table)
{
    assert(table->rows > 0);
    table->rows--;
}

static void cell_set(struct table *table, size_t row, size_t column, enum column_type type, uint64_t bits)
{
    assert(row < table->rows && column < table->schema->column_count);
    assert(table->schema->columns[column].type == type);
    (void)type;
    table->cells[column][row] = bits;
    table->known[column][row] = 1;
}

void table_set_u64(struct table *table, size_t row, size_t column, uint64_t value)
{
    cell_set(table, row, column, COLUMN_U64, value);
}

void table_set_f64(struct table *table, size_t row, size_t column, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    cell_set(table, row, column, COLUMN_F64, bits);
}

void sample_set_string(struct sample *sample, enum table_kind kind, size_t row, size_t column, const char *text,
                       size_t length)
{
    uint32_t number = sample_intern(sample, text, length);
    if (number != UINT32_MAX)
        cell_set(&sample->tables[kind], row, column, COLUMN_STRING, number);
}

void table_mask(struct table *table, size_t row, size_t column)
{
    assert(row < table->rows && column < table->schema->column_count);
    table->cells[column][row] = 0;
    table->known[column][row] = 0;
}

double table_f64(const struct table *table, size_t row, size_t column, double fallback)
{
    if (!table_known(table, row, column))
        return fallback;
    double value;
    memcpy(&value, &table->cells[column][row], sizeof value);
    return value;
}

const char *sample_string(const struct sample *sample, enum table_kind kind, size_t row, size_t column)
{
    const struct table *table = &sample->tables[kind];
    assert(table->schema->columns[column].type == COLUMN_STRING);
    if (!table_known(table, row, column))
        return NULL;
    return sample->string_bytes.data + sample->string_offsets[table->cells[column][row]];
}

uint32_t sample_intern(struct sample *sample, const char *text, size_t length)
{
    length = strnlen(text, length > STRING_BYTES_MAX ? STRING_BYTES_MAX : length);
    uint32_t place = index_find(&sample->string_index, sample, text, length);
    if (place != INDEX_NONE)
        return place;
    struct buffer *bytes = &sample->string_bytes;
    size_t offset = bytes->length;
    if (offset > UINT32_MAX - length - 1 || sample->string_count >= INDEX_NONE - 1 ||
        !memory_grow(&sample->string_offsets, &sample->string_capacity, sample->string_count + 1,
                     sizeof *sample->string_offsets))
        return UINT32_MAX;
    buffer_append(bytes, text, length);
    buffer_append(bytes, "", 1);
    if (bytes->failed)
        return UINT32_MAX;
    if (!index_add(&sample->string_index, text, length, (uint32_t)sample->string_count)) {
        bytes->length = offset;
        return UINT32_MAX;
    }
    sample->string_offsets[sample->string_count] = (uint32_t)offset;
    return (uint32_t)sample->string_count++;
}

void sample_reserve_strings(struct sample *sample, size_t count, size_t bytes)
{
    size_t length = sample->string_bytes.length;
    index_reserve(&sample->string_index, count);
    memory_grow(&sample->string_offsets, &sample->string_capacity, count, sizeof *sample->string_offsets);
    if (bytes > length && buffer_extend(&sample->string_bytes, bytes - length) == NULL)
        sample->string_bytes.failed = false;
    sample->string_bytes.length = length;
}

bool sample_copy_strings(struct sample *sample, const struct sample *other)
{
    size_t room = other->string_count + other->string_count / 16, length = other->string_bytes.length;
    uint32_t *offsets = malloc((room + 1) * sizeof *offsets);
    struct buffer bytes = {0};
    if (offsets == NULL || buffer_extend(&bytes, length + length / 16) == NULL ||
        !index_copy(&sample->string_index, &other->string_index)) {
        free(offsets);
        buffer_done(&bytes);
        return false;
    }
    memcpy(offsets, other->string_offsets, other->string_count * sizeof *offsets);
    memcpy(bytes.data, other->string_bytes.data, length);
    bytes.length = length;
    free(sample->string_offsets);
    buffer_done(&sample->string_bytes);
    sample->string_offsets = offsets;
    sample->string_count = other->string_count;
    sample->string_capacity = room;
    sample->string_bytes = bytes;
    return true;
}

size_t sample_process_row(const struct sample *sample, uint64_t pid, uint64_t start_ticks)
{
    const struct table *table = &sample->tables[TABLE_PROCESS];
    const uint64_t *pids = table->rows > 0 ? table->cells[PROCESS_PID] : NULL;
    size_t low = 0, high = table->rows;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pids[middle] < pid)
            low = middle + 1;
        else
            high = middle;
    }
    bool here = low < table->rows && pids[low] == pid;
    for (size_t row = 0; !here && row < table->rows; row++)
        if (pids[row] == pid) {
            low = row;
            here = true;
        }
    if (!here || (start_ticks != 0 && table_u64(table, low, PROCESS_START_TICKS, 0) != start_ticks))
        return SIZE_MAX;
    return low;
}

void sample_unread_add(struct sample *sample, const char *kind, const char *reason, uint64_t count)
{
    struct table *table = &sample->tables[TABLE_UNREAD];
    for (size_t row = 0; row < table->rows; row++) {
        const char *known_kind = sample_string(sample, TABLE_UNREAD, row, UNREAD_KIND);
        const char *known_reason = sample_string(sample, TABLE_UNREAD, row, UNREAD_REASON);
        if (known_kind != NULL && known_reason != NULL && strcmp(known_kind, kind) == 0 &&
            strcmp(known_reason, reason) == 0) {
            table_set_u64(table, row, UNREAD_COUNT, table_u64(table, row, UNREAD_COUNT, 0) + count);
            return;
        }
    }
    size_t row = table_append(table);
    if (row == SIZE_MAX)
        return;
    sample_set_string(sample, TABLE_UNREAD, row, UNREAD_KIND, kind, strlen(kind));
    sample_set_string(sample, TABLE_UNREAD, row, UNREAD_REASON, reason, strlen(reason));
    table_set_u64(table, row, UNREAD_COUNT, count);
}

uint64_t sample_unread_count(const struct sample *sample, const char *kind)
{
    const struct table *table = &sample->tables[TABLE_UNREAD];
    uint64_t count = 0;
    for (size_t row = 0; row < table->rows; row++) {
        const char *row_kind = sample_string(sample, TABLE_UNREAD, row, UNREAD_KIND);
        if (kind == NULL || (row_kind != NULL && strcmp(row_kind, kind) == 0))
            count += table_u64(table, row, UNREAD_COUNT, 0);
    }
    return count;
}

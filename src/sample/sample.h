/* A sample: what was observed on a host at one moment, in tables of typed columns with a mask of what is not known.
 * It carries no rates and no conclusions: those are derived from two samples and more (cursor/, graph/).
 *
 * Samples are built by one owner (sample_new, table_append, table_set_*), then shared read-only by reference count.
 * The program is single-threaded: the count is plain. */
#ifndef SAMPLE_SAMPLE_H
#define SAMPLE_SAMPLE_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/index.h"
#include "sample/schema.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum column_type { COLUMN_U64, COLUMN_F64, COLUMN_STRING };

struct column_schema {
    const char *name;
    enum column_type type;
    const char *unit; /* "" when it has none */
    const char *help;
};

struct table_schema {
    const char *name;
    const char *help;
    const struct column_schema *columns;
    size_t column_count;
};

/* Indexed by enum table_kind. */
extern const struct table_schema sample_schema[TABLE_COUNT];

/* Name and help of each wait kind, indexed by enum wait_kind. */
extern const struct wait_kind_schema {
    const char *name;
    const char *help;
} wait_kinds[WAIT_KIND_COUNT];

struct table {
    const struct table_schema *schema;
    size_t rows;
    size_t capacity;
    uint64_t **cells; /* cells[column][row]: an integer, the bits of a double, or a string's number */
    uint8_t **known;  /* known[column][row]: 0 = masked */
};

enum { SAMPLE_SOURCE_PROC = 1, SAMPLE_SOURCE_KERNEL = 2 };

struct sample {
    int64_t time_ns;     /* wall clock */
    int64_t boottime_ns; /* the clock that since, until and start_ticks count on */
    int64_t taken_ns;    /* how long taking it took, wall */
    int64_t cpu_ns;      /* and in cpu time of the collector and its probes */
    uint32_t sources;    /* SAMPLE_SOURCE_ bits */
    uint32_t complete;   /* 1: the dear tier was read as well; 0: basic tier only */
    struct table tables[TABLE_COUNT];

    /* Strings, each once, in order of first appearance; number 0 is "". Some may be of no cell (any more). Bytes as
     * observed: not sanitised, may hold anything but NUL. */
    struct buffer string_bytes; /* each followed by a NUL */
    uint32_t *string_offsets;
    size_t string_count;
    size_t string_capacity;
    struct index string_index;

    unsigned references;
};

/* An empty sample with one reference; NULL: out of memory. */
struct sample *sample_new(void);
struct sample *sample_reference(struct sample *sample);
/* Gives one reference back; the last one frees. NULL is allowed. */
void sample_release(struct sample *sample);

/* Appends a row with every column masked; returns its number, or SIZE_MAX when memory ran out. */
size_t table_append(struct table *table);

/* Appends a row with the given cells, one for each column; known[column] 0 masks it (and its cell is then 0). Strings
 * are numbers as sample_intern gives them. Returns its number, or SIZE_MAX when memory ran out. */
size_t table_append_row(struct table *table, const uint64_t *cells, const uint8_t *known);

/* Makes room for that many rows in all, so that appending need not move them again and again. What it cannot get now is
 * asked for again by table_append. */
void table_reserve(struct table *table, size_t rows);

/* Appends `count` masked rows at once. False: out of memory, nothing changed. */
bool table_extend(struct table *table, size_t count);

/* Takes the last row back (a process that vanished half-way). */
void table_drop_last(struct table *table);

/* Set a cell and mark it known. row and column must exist (asserted); the type must fit the schema (asserted). */
void table_set_u64(struct table *table, size_t row, size_t column, uint64_t value);
void table_set_f64(struct table *table, size_t row, size_t column, double value);
/* Interns the text (at most 4096 bytes are kept, up to the first NUL). When memory runs out the cell stays masked. */
void sample_set_string(struct sample *sample, enum table_kind kind, size_t row, size_t column, const char *text,
                       size_t length);

/* Marks a cell as not known again. */
void table_mask(struct table *table, size_t row, size_t column);

/* Both are asked for every cell of every row, several times a second: inline. */
static inline bool table_known(const struct table *table, size_t row, size_t column)
{
    assert(row < table->rows && column < table->schema->column_count);
    return table->known[column][row] != 0;
}
/* The cell, or the fallback where it is masked. */
static inline uint64_t table_u64(const struct table *table, size_t row, size_t column, uint64_t fallback)
{
    return table_known(table, row, column) ? table->cells[column][row] : fallback;
}
double table_f64(const struct table *table, size_t row, size_t column, double fallback);
/* The string, or NULL where it is masked. Borrowed from the sample. */
const char *sample_string(const struct sample *sample, enum table_kind kind, size_t row, size_t column);

/* Makes room for that many strings of so many bytes in all; without it they are interned all the same. */
void sample_reserve_strings(struct sample *sample, size_t count, size_t bytes);

/* Gives a sample that has no strings yet those of another, under the same numbers. False: out of memory, and it has
 * none.
 */
bool sample_copy_strings(struct sample *sample, const struct sample *other);

/* The number of an interned string; adds it when new. UINT32_MAX: out of memory. */
uint32_t sample_intern(struct sample *sample, const char *text, size_t length);

/* The row of process (pid, start_ticks), or SIZE_MAX. start_ticks 0 means any. Binary search when the rows are in order
 * of pid, as collectors write them; linear otherwise. */
size_t sample_process_row(const struct sample *sample, uint64_t pid, uint64_t start_ticks);

/* Adds to the count of what could not be read (one row per kind and reason). */
void sample_unread_add(struct sample *sample, const char *kind, const char *reason, uint64_t count);

/* Sum of the unread counts of a kind; NULL = of all kinds. */
uint64_t sample_unread_count(const struct sample *sample, const char *kind);

#endif

/* The column table: what a list of nodes can show, for the screen's lists and sort menu, `--format csv` and the JSON
 * of `export`. One row per column; name, title, unit and width stand here and nowhere else. */
#ifndef EXPORT_COLUMN_H
#define EXPORT_COLUMN_H

#include "graph/graph.h"
#include "judge/judge.h"

#include <stdbool.h>
#include <stddef.h>

enum column_kind { COLUMN_IS_TEXT, COLUMN_IS_NUMBER };

/* What a column is computed from. verdict may be NULL: its columns are then unknown. */
struct column_input {
    const struct graph *graph;
    const struct verdict *verdict;
    uint32_t node;
};

struct column {
    const char *name;  /* in JSON, CSV and filters: "cpu" */
    const char *title; /* on the screen: "CPU%" */
    const char *help;
    const char *unit; /* of the number: "%", "bytes", "s", "" */
    enum column_kind kind;
    unsigned node_kinds; /* bit per enum node_kind that has it */
    unsigned char width; /* on the screen; 0 = takes what is left */
    bool descending;     /* default direction when sorted by it */
    bool flag;           /* a number that is 1 or 0: "yes" or nothing on the screen, true or false in JSON */
    unsigned shown;      /* bit per enum node_kind in whose default list it stands: see column_shown */
    /* Number: value, NaN = unknown. Text: raw string or NULL = unknown; borrowed from the graph or static. */
    double (*number)(const struct column_input *input);
    const char *(*text)(const struct column_input *input);
};

#define COLUMN_BIT(kind)    (1u << (kind))
#define COLUMN_ALL_KINDS    (COLUMN_BIT(NODE_KIND_COUNT) - 1)
#define COLUMN_LIST_COLUMNS 80 /* the default list of every kind fits, with one blank between columns */

extern const struct column columns[];
extern const size_t column_count;

/* By name; NULL when there is none. */
const struct column *column_find(const char *name);
/* Do nodes of this kind have it? And does it stand in their default list (in the table's order)? */
bool column_fits(const struct column *column, enum node_kind kind);
bool column_shown(const struct column *column, enum node_kind kind);

/* The cell for people, sanitised ("212 KB", "41 s", "-" when unknown, nothing where a column of the verdict has nothing
 * to say), cut at dst's end but not at the column's width, into dst; returns dst. */
char *column_format(const struct column *column, const struct column_input *input, char *dst, size_t dst_bytes);

/* -1, 0, 1: for sorting; unknown values come last in both directions. */
int column_compare(const struct column *column, const struct column_input *a, const struct column_input *b,
                   bool descending);

#endif

/* What a filter's text asks of a node: words that it must contain, and conditions on columns, all of which must hold:
 *
 *     unit:nginx cpu>50 blocked>1s memory<=200M user=root "two words" nginx
 *
 * A field is the name of a column (export/column.h); ':' asks whether a text contains, '=' whether it is; '-' is what
 * nothing is known of; numbers take < > <= >= = and a unit. A text without any condition is looked for as it stands,
 * blanks included. */
#ifndef UI_FILTER_H
#define UI_FILTER_H

#include "export/column.h"

enum { FILTER_BYTES = 128, FILTER_TERMS_MAX = 16 };

enum filter_test { FILTER_CONTAINS, FILTER_IS, FILTER_LESS, FILTER_MORE, FILTER_AT_MOST, FILTER_AT_LEAST };

/* The column of that name, or NULL. */
typedef const struct column *filter_find(const char *name);

struct filter {
    filter_find *find;       /* NULL: the columns of nodes */
    char text[FILTER_BYTES]; /* as typed; "" = everything passes */
    struct filter_term {
        const struct column *column; /* NULL: any of the names that people know a node by */
        enum filter_test test;
        double number;
        size_t word; /* where its text stands in words */
    } terms[FILTER_TERMS_MAX];
    size_t term_count;
    char words[FILTER_BYTES];
};

/* Takes a text. False with a sentence when it cannot be understood: then everything passes, and text is kept. */
bool filter_set(struct filter *filter, const char *text, struct error *error);

bool filter_passes(const struct filter *filter, const struct column_input *input);

/* The same for rows that are no nodes: how they answer. text: NULL = unknown. */
struct filter_row {
    const void *row;
    bool (*contains)(const void *row, const char *word);
    const char *(*text)(const void *row, const struct column *column);
    double (*number)(const void *row, const struct column *column);
};
bool filter_passes_row(const struct filter *filter, const struct filter_row *row);

/* Does the node contain the text, in what people know it by? Letter case does not matter. */
bool node_matches(const struct node *node, const char *text);

#endif

/* Filters: their words, and what they ask of a node. */
#include "ui/filter.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Other words that people try for a column. */
static const struct {
    const char *word, *column;
} synonyms[] = {{"waits", "blocked"}, {"mem", "memory"},     {"rss", "memory"},          {"fds", "descriptors"},
                {"cmd", "command"},   {"exe", "executable"}, {"growth", "memory_growth"}};

struct suffix {
    const char *word;
    double factor;
};
static const struct suffix seconds_suffixes[] = {{"ms", 1e-3}, {"s", 1},     {"m", 60}, {"min", 60},
                                                 {"h", 3600},  {"d", 86400}, {NULL, 0}};
static const struct suffix milliseconds_suffixes[] = {{"ms", 1}, {"s", 1e3}, {NULL, 0}};
static const struct suffix bytes_suffixes[] = {
    {"K", 1024.0},       {"KB", 1024.0},       {"M", 1048576.0}, {"MB", 1048576.0},
    {"G", 1073741824.0}, {"GB", 1073741824.0}, {"B", 1},         {NULL, 0}};
static const struct suffix percent_suffixes[] = {{"%", 1}, {NULL, 0}};
static const struct suffix no_suffixes[] = {{NULL, 0}};

static const struct suffix *unit_suffixes(const char *unit)
{
    static const struct {
        const char *unit;
        const struct suffix *suffixes;
    } units[] = {{"s", seconds_suffixes},
                 {"ms", milliseconds_suffixes},
                 {"bytes", bytes_suffixes},
                 {"bytes/s", bytes_suffixes},
                 {"%", percent_suffixes}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(units[i].unit, unit) == 0)
            return units[i].suffixes;
    return no_suffixes;
}

static bool number_read(const struct column *column, const char *word, double *number, struct error *error)
{
    char *end;
    double value = strtod(word, &end);
    double factor = end != word && isfinite(value) && *end == '\0' ? 1 : 0;
    for (const struct suffix *suffix = unit_suffixes(column->unit); end != word && suffix->word != NULL; suffix++)
        if (strcasecmp(end, suffix->word) == 0)
            factor = suffix->factor;
    if (factor == 0)
        return error_set(error, "%s needs a number%s", column->name,
                         strcmp(column->unit, "s") == 0                  ? ": 500ms, 2s, 5m"
                         : unit_suffixes(column->unit) == bytes_suffixes ? ": 4096, 20M, 1G"
                                                                         : "");
    *number = value * factor;
    return true;
}

static const struct column *column_named(const char *name)
{
    for (size_t i = 0; i < sizeof synonyms / sizeof synonyms[0]; i++)
        if (strcmp(synonyms[i].word, name) == 0)
            return column_find(synonyms[i].column);
    return column_find(name);
}

/* Reads the operator at `at`; returns its length. */
static size_t test_read(const char *at, enum filter_test *test)
{
    bool equal = at[0] != '\0' && at[1] == '=';
    *test = at[0] == ':'   ? FILTER_CONTAINS
            : at[0] == '=' ? FILTER_IS
            : at[0] == '<' ? (equal ? FILTER_AT_MOST : FILTER_LESS)
                           : (equal ? FILTER_AT_LEAST : FILTER_MORE);
    return equal && (at[0] == '<' || at[0] == '>') ? 2 : 1;
}

static bool condition_read(struct filter *filter, struct filter_term *term, const char *field, size_t operator_at,
                           struct error *error)
{
    const struct column *column = filter->find != NULL ? filter->find(field) : column_named(field);
    char *words = filter->words;
    if (column == NULL)
        return error_set(error, "there is no column %s; a text in quotes is looked for as it stands", field);
    char *word = words + term->word;
    size_t length = test_read(word + operator_at, &term->test);
    term->column = column;
    term->word += operator_at + length;
    word = words + term->word;
    if (column->kind == COLUMN_IS_NUMBER) {
        if (term->test == FILTER_CONTAINS)
            term->test = FILTER_IS;
        return number_read(column, word, &term->number, error);
    }
    if (term->test != FILTER_CONTAINS && term->test != FILTER_IS)
        return error_set(error, "%s is no number: write %s:TEXT or %s=TEXT", column->name, field, field);
    return true;
}

/* A word of letters before an operator is a field: "cpu>50", but not "10.0.0.5:443" or "/a:b". */
static bool term_read(struct filter *filter, struct filter_term *term, struct error *error)
{
    const char *word = filter->words + term->word;
    char field[32];
    size_t length = 0;
    while (islower((unsigned char)word[length]) || word[length] == '_' ||
           (length > 0 && isdigit((unsigned char)word[length])))
        length++;
    term->column = NULL;
    term->test = FILTER_CONTAINS;
    if (length == 0 || length >= sizeof field || word[length] == '\0' || strchr(":=<>", word[length]) == NULL)
        return true;
    snprintf(field, sizeof field, "%.*s", (int)length, word);
    return condition_read(filter, term, field, length, error);
}

/* Cuts the words apart, in place; what stands in quotes is one word and never a condition. */
static bool terms_read(struct filter *filter, struct error *error)
{
    char *at = filter->words;
    while (filter->term_count < FILTER_TERMS_MAX) {
        at += strspn(at, " ");
        if (*at == '\0')
            break;
        struct filter_term *term = &filter->terms[filter->term_count];
        bool quoted = *at == '"';
        at += quoted;
        *term = (struct filter_term){.word = (size_t)(at - filter->words)};
        at += strcspn(at, quoted ? "\"" : " ");
        if (*at != '\0')
            *at++ = '\0';
        if (!quoted && !term_read(filter, term, error))
            return false;
        filter->term_count++;
    }
    return true;
}

bool filter_set(struct filter *filter, const char *text, struct error *error)
{
    *filter = (struct filter){.find = filter->find};
    snprintf(filter->text, sizeof filter->text, "%s", text);
    memcpy(filter->words, filter->text, sizeof filter->words);
    if (!terms_read(filter, error)) {
        filter->term_count = 0;
        return false;
    }
    bool plain = strchr(filter->text, '"') == NULL;
    for (size_t i = 0; i < filter->term_count; i++)
        plain = plain && filter->terms[i].column == NULL;
    if (plain && filter->text[0] != '\0') {
        memcpy(filter->words, filter->text, sizeof filter->words);
        filter->terms[0] = (struct filter_term){0};
        filter->term_count = 1;
    }
    return true;
}

bool node_matches(const struct node *node, const char *text)
{
    const char *const fields[] = {node->label, node->name, node->unit, node->command};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (fields[i] != NULL && strcasestr(fields[i], text) != NULL)
            return true;
    return false;
}

static bool number_passes(const struct filter_term *term, double value)
{
    switch (term->test) {
    case FILTER_LESS:
        return value < term->number;
    case FILTER_MORE:
        return value > term->number;
    case FILTER_AT_MOST:
        return value <= term->number;
    case FILTER_AT_LEAST:
        return value >= term->number;
    case FILTER_CONTAINS:
    case FILTER_IS:
        break;
    }
    return value >= term->number && value <= term->number;
}

static bool term_passes(const struct filter *filter, const struct filter_term *term, const struct filter_row *row)
{
    const char *word = filter->words + term->word;
    if (term->column == NULL)
        return row->contains(row->row, word);
    if (term->column->kind == COLUMN_IS_NUMBER)
        return number_passes(term, row->number(row->row, term->column));
    const char *text = row->text(row->row, term->column);
    if (text == NULL)
        return term->test == FILTER_IS && strcmp(word, "-") == 0;
    return term->test == FILTER_IS ? strcasecmp(text, word) == 0 : strcasestr(text, word) != NULL;
}

bool filter_passes_row(const struct filter *filter, const struct filter_row *row)
{
    for (size_t i = 0; i < filter->term_count; i++)
        if (!term_passes(filter, &filter->terms[i], row))
            return false;
    return true;
}

static const struct node *input_node(const struct column_input *input)
{
    return &input->graph->nodes[input->node];
}

static bool node_contains(const void *row, const char *word)
{
    return node_matches(input_node(row), word);
}

static const char *node_text(const void *row, const struct column *column)
{
    return column->text(row);
}

static double node_number(const void *row, const struct column *column)
{
    return column->number(row);
}

bool filter_passes(const struct filter *filter, const struct column_input *input)
{
    const struct filter_row row = {input, node_contains, node_text, node_number};
    for (size_t i = 0; i < filter->term_count; i++)
        if (filter->terms[i].column != NULL && !column_fits(filter->terms[i].column, input_node(input)->kind))
            return false;
    return filter_passes_row(filter, &row);
}

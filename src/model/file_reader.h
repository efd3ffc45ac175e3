/* What the readers of a model file's parts share. Private to file_*.c. */
#ifndef MODEL_FILE_READER_H
#define MODEL_FILE_READER_H

#include "base/error.h"
#include "model/structure.h"

#include <cJSON.h>
#include <stdbool.h>
#include <stddef.h>

struct reader {
    struct model *model;
    const char *origin; /* sanitised */
    struct error *error;
};

#define REMEDY "take an undamaged copy, or train one with \"culprit train\""

/* Returns false, with the sentence. */
bool reader_refuse(const struct reader *reader, const char *what);

/* These take NULL for "not there". A number within bounds; what is no number, NaN or infinite is out of them. */
bool json_number_within(const cJSON *item, double low, double high, double *number);
bool json_count_within(const cJSON *item, size_t low, size_t high, size_t *count);
const cJSON *json_member(const cJSON *object, const char *name);
/* NULL when it is not there or no string. */
const char *json_string(const cJSON *object, const char *name);

/* The parts of the masked form; of another they read nothing. */
bool reader_shape(struct reader *reader, const cJSON *root);
bool reader_group(struct reader *reader, const cJSON *feature, size_t place);
bool reader_baselines(struct reader *reader, const cJSON *root);
bool reader_calibration(struct reader *reader, const cJSON *root);
/* Numbers that the first layer must take. */
size_t reader_inputs(const struct reader *reader);

/* The parts "spreads" and "waits" of the file's object. */
bool reader_spreads(struct reader *reader, const cJSON *root, const char *name, struct spread *spreads);
bool reader_waits(struct reader *reader, const cJSON *root);

#endif

/* What the writers of a model file's parts share. Private to file_*.c. */
#ifndef MODEL_FILE_WRITER_H
#define MODEL_FILE_WRITER_H

#include "model/structure.h"

#include <cJSON.h>

/* A number with `digits` digits, whatever the locale's decimal point is. */
void number_append(struct buffer *out, double number, int digits);
bool number_add(cJSON *object, const char *name, double number, int digits);

/* The parts that only the masked form has: "form" and "kinds", "baselines", "calibration". */
bool writer_shape(cJSON *root, const struct model *model);
bool writer_baselines(cJSON *root, const struct model *model);
bool writer_calibration(cJSON *root, const struct model *model);

#endif

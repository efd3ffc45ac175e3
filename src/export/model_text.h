/* What a model knows and where it came from, in words. */
#ifndef EXPORT_MODEL_TEXT_H
#define EXPORT_MODEL_TEXT_H

#include "base/buffer.h"
#include "model/model.h"

/* Appends clean lines: network, threshold, provenance, features, normal waits. ascii: the terminal shows no UTF-8. */
void export_model_text(const struct model *model, bool ascii, struct buffer *out);

#endif

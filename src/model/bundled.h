/* The bundled model's bytes: models/bundled.json, made into C by the build (models/floor.am). */
#ifndef MODEL_BUNDLED_H
#define MODEL_BUNDLED_H

#include <stddef.h>

extern const unsigned char bundled_json[];
extern const size_t bundled_json_bytes;

#endif

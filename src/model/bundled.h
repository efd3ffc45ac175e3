/* The bundled models' bytes: models/bundled.json and models/reference.json, made into C by the build (models/floor.am).
 */
#ifndef MODEL_BUNDLED_H
#define MODEL_BUNDLED_H

#include <stddef.h>

extern const unsigned char bundled_json[], reference_json[];
extern const size_t bundled_json_bytes, reference_json_bytes;

#endif

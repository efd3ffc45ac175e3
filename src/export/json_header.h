/* What the JSON objects of a verdict and of a capture begin with. */
#ifndef EXPORT_JSON_HEADER_H
#define EXPORT_JSON_HEADER_H

#include "export/export.h"

#include <cjson/cJSON.h>

/* version, host, time, window_s, sources. False: out of memory. */
bool json_header(cJSON *object, const struct graph *graph, double window_s);

/* history and age_s: where a live answer's past came from, and how old its moment is; absent where that says nothing.
 */
bool json_history(cJSON *object, const struct export_input *input);

#endif

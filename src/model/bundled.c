/* The model that is compiled in. */
#include "model/bundled.h"

#include "model/model.h"

struct model *model_bundled(struct error *error)
{
    return model_parse((const char *)bundled_json, bundled_json_bytes, "bundled", error);
}

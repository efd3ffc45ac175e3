/* The models that are compiled in. */
#include "model/bundled.h"

#include "model/model.h"

struct model *model_bundled(struct error *error)
{
    return model_parse((const char *)bundled_json, bundled_json_bytes, "bundled", error);
}

struct model *model_reference(struct error *error)
{
    return model_parse((const char *)reference_json, reference_json_bytes, "reference", error);
}

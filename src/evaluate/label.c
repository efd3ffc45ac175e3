/* Reads labels: every count is bounded, every number finite, every string sanitised. */
#include "evaluate/label.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In seconds since the epoch: the year 2200. */
#define TIME_MAX_S 7258118400.0
#define REMEDY     "doc/label-format.md tells what a label holds"

const char *const label_splits[2] = {[SPLIT_DESIGN] = "design", [SPLIT_TEST] = "test"};

struct reader {
    struct label *label;
    const char *origin; /* sanitised */
    struct error *error;
};

static bool reader_refuse(const struct reader *reader, const char *what)
{
    return error_set(reader->error, "the label %s is of no use: %s; " REMEDY, reader->origin, what);
}

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *text_copy(struct label *label, const char *text)
{
    char clean[256];
    text_clean_into(clean, sizeof clean, text);
    return arena_copy(&label->arena, clean, strlen(clean));
}

/* A whole number within bounds, as a number or, as exports write what exceeds 2^53, as a string of digits. */
static bool count_read(const cJSON *item, uint64_t high, uint64_t *count)
{
    if (cJSON_IsNumber(item)) {
        double value = item->valuedouble;
        if (!(value >= 0 && value <= 9007199254740992.0 && value == floor(value)) || value > (double)high)
            return false;
        *count = (uint64_t)value;
        return true;
    }
    const char *digits = cJSON_GetStringValue(item);
    if (digits == NULL || digits[0] < '0' || digits[0] > '9')
        return false;
    char *end;
    errno = 0;
    unsigned long long value = strtoull(digits, &end, 10);
    *count = value;
    return errno == 0 && *end == '\0' && value <= high;
}

static bool time_read(const cJSON *item, int64_t *time_ns)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= TIME_MAX_S))
        return false;
    *time_ns = (int64_t)llround(item->valuedouble * 1e6) * 1000;
    return true;
}

static bool process_read(const struct reader *reader, const cJSON *item, struct label_process *process)
{
    *process = (struct label_process){0};
    const cJSON *pid = member(item, "pid");
    const cJSON *port = member(item, "remote_port");
    const char *name = cJSON_GetStringValue(member(item, "name"));
    uint64_t number;
    if (port != NULL) {
        if (!count_read(port, UINT16_MAX, &number) || number == 0)
            return reader_refuse(reader, "a remote_port is no port");
        process->remote_port = (uint32_t)number;
        return true;
    }
    if (pid != NULL) {
        if (!count_read(pid, UINT32_MAX, &number) || number == 0 ||
            !count_read(member(item, "start_ticks"), UINT64_MAX, &process->start_ticks))
            return reader_refuse(reader,
                                 "a process has a pid without a usable start_ticks beside it, or no usable pid");
        process->pid = (uint32_t)number;
        return true;
    }
    if (name == NULL || name[0] == '\0')
        return reader_refuse(reader, "a process has neither pid and start_ticks nor a name nor a remote_port");
    process->name = arena_copy(&reader->label->arena, name, strlen(name));
    return process->name != NULL || error_memory(reader->error);
}

static bool processes_read(const struct reader *reader, const cJSON *root, const char *name,
                           struct label_processes *processes)
{
    const cJSON *list = member(root, name), *item;
    if (list == NULL)
        return true;
    int count = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : -1;
    if (count < 0 || count > LABEL_MEMBERS_MAX)
        return reader_refuse(reader, "culprits, victims and innocents are lists of at most 256 processes");
    processes->items = arena_take(&reader->label->arena, ((size_t)count + 1) * sizeof *processes->items);
    if (processes->items == NULL)
        return error_memory(reader->error);
    cJSON_ArrayForEach(item, list)
    {
        if (!process_read(reader, item, &processes->items[processes->count]))
            return false;
        processes->count++;
    }
    return true;
}

static bool fault_read(const struct reader *reader, const cJSON *root)
{
    struct label *label = reader->label;
    const char *class_name = cJSON_GetStringValue(member(root, "class"));
    if (class_name == NULL || class_name[0] == '\0')
        return reader_refuse(reader, "it neither names a class nor says that it is healthy");
    label->class_name = text_copy(label, class_name);
    if (label->class_name == NULL)
        return error_memory(reader->error);
    if (!time_read(member(root, "begin"), &label->begin_ns) || !time_read(member(root, "end"), &label->end_ns) ||
        label->begin_ns > label->end_ns)
        return reader_refuse(reader, "begin and end of the fault are no times, in seconds since 1970, in this order");
    if (!processes_read(reader, root, "culprits", &label->culprits) ||
        !processes_read(reader, root, "victims", &label->victims) ||
        !processes_read(reader, root, "innocents", &label->innocents))
        return false;
    return label->culprits.count > 0 || reader_refuse(reader, "it names no culprit");
}

static bool model_take(const struct reader *reader, const cJSON *item)
{
    const char *name = cJSON_GetStringValue(item);
    if (item == NULL)
        return true;
    if (name == NULL || name[0] == '\0' || name[0] == '.' || strlen(name) > 200 || strchr(name, '/') != NULL)
        return reader_refuse(reader, "its model is not the name of a file beside it");
    reader->label->model = arena_copy(&reader->label->arena, name, strlen(name));
    return reader->label->model != NULL || error_memory(reader->error);
}

static bool root_read(const struct reader *reader, const cJSON *root)
{
    struct label *label = reader->label;
    uint64_t version;
    if (!cJSON_IsObject(root) || !count_read(member(root, "version"), UINT32_MAX, &version) || version == 0)
        return reader_refuse(reader, "it is no JSON object with a version");
    if (version > 1)
        return reader_refuse(reader, "it is of a newer version than this program knows");
    const char *intensity = cJSON_GetStringValue(member(root, "intensity"));
    label->intensity = text_copy(label, intensity == NULL ? "" : intensity);
    if (label->intensity == NULL)
        return error_memory(reader->error);
    const char *split = cJSON_GetStringValue(member(root, "split"));
    if (split != NULL && strcmp(split, "design") != 0 && strcmp(split, "test") != 0)
        return reader_refuse(reader, "its split is neither \"design\" nor \"test\"");
    label->split = split != NULL && strcmp(split, "design") == 0 ? SPLIT_DESIGN : SPLIT_TEST;
    if (!model_take(reader, member(root, "model")))
        return false;
    const cJSON *healthy = member(root, "healthy");
    if (healthy != NULL && !cJSON_IsBool(healthy))
        return reader_refuse(reader, "healthy is neither true nor false");
    return cJSON_IsTrue(healthy) || fault_read(reader, root);
}

struct label *label_parse(const char *json, size_t length, const char *origin, struct error *error)
{
    char shown[160];
    text_clean_into(shown, sizeof shown, origin);
    if (length > LABEL_BYTES_MAX) {
        error_set(error, "%s is larger than any label (1 MB): " REMEDY, shown);
        return NULL;
    }
    const char *end = json;
    cJSON *root = cJSON_ParseWithLengthOpts(json, length, &end, 0);
    while (root != NULL && end < json + length && strchr(" \t\r\n", *end) != NULL && *end != '\0')
        end++;
    struct label *label = calloc(1, sizeof *label);
    bool done = false;
    if (root == NULL || end != json + length)
        error_set(error, "%s is no label, or it is cut off: it is not valid JSON near byte %zu; " REMEDY, shown,
                  (size_t)(end - json));
    else if (label == NULL)
        error_memory(error);
    else
        done = root_read(&(struct reader){label, shown, error}, root);
    cJSON_Delete(root);
    if (done)
        return label;
    label_free(label);
    return NULL;
}

struct label *label_read(const char *path, struct error *error)
{
    struct buffer bytes = {0};
    struct label *label = NULL;
    if (file_read(path, "the label", LABEL_BYTES_MAX, &bytes, error))
        label = label_parse(buffer_text(&bytes), bytes.length, path, error);
    buffer_done(&bytes);
    return label;
}

void label_free(struct label *label)
{
    if (label == NULL)
        return;
    arena_done(&label->arena);
    free(label);
}

/* Files and devices as nodes: one node per file, however many names it was met under. */
#include "graph/build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_main(const struct build *build, uint64_t mount_namespace)
{
    return mount_namespace == 0 || build->main_namespace == 0 || mount_namespace == build->main_namespace;
}

/* A device is the same in every namespace, but for terminals: each container has a pts/0 of its own. */
static bool path_is_private(const struct build *build, const struct file_identity *identity)
{
    return !is_main(build, identity->mount_namespace) &&
           (identity->kind == NODE_FILE || strncmp(identity->path, "/dev/pts/", 9) == 0);
}

static void file_id_write(struct build *build, const struct file_identity *identity)
{
    build_id(build, identity->kind == NODE_DEVICE ? "device:" : "file:");
    if (path_is_private(build, identity)) {
        build_number(&build->id, identity->mount_namespace);
        buffer_string(&build->id, ":");
    }
    buffer_string(&build->id, identity->path);
    if (!identity->deleted)
        return;
    buffer_string(&build->id, " (deleted");
    if (identity->inode != 0) {
        buffer_string(&build->id, " ");
        build_number(&build->id, identity->inode);
    }
    buffer_string(&build->id, ")");
}

uint32_t build_file_node(struct build *build, const struct file_identity *identity)
{
    bool keyed = identity->kind == NODE_FILE && identity->device != 0 && identity->inode != 0;
    if (keyed) {
        uint32_t alias = build_find(build, NODE_FILE, identity->device, identity->inode);
        if (alias != NODE_NONE)
            return alias;
    }
    file_id_write(build, identity);
    buffer_clear(&build->label);
    buffer_string(&build->label, identity->path);
    if (identity->deleted)
        buffer_string(&build->label, " (deleted)");
    uint32_t node = build_node(build, identity->kind, identity->path, identity->deleted);
    if (node == NODE_NONE)
        return NODE_NONE;
    if (identity->kind == NODE_FILE)
        build_measure_raise(build, node, MEASURE_DELETED, identity->deleted);
    /* The first identity stays: the same path with another inode is the file that took its place. */
    if (keyed && build->scratch[node].key[1] == 0 && !build_key(build, node, identity->device, identity->inode))
        return NODE_NONE;
    return node;
}

uint32_t build_path_node(struct build *build, struct file_identity identity, bool must_be_device)
{
    identity.kind = NODE_FILE;
    if (strncmp(identity.path, "/dev/", 5) == 0) {
        identity.kind = NODE_DEVICE;
        file_id_write(build, &identity);
        if (!must_be_device && graph_find(build->graph, buffer_text(&build->id)) == NODE_NONE)
            identity.kind = NODE_FILE;
    }
    return build_file_node(build, &identity);
}

/* ---- the files that were looked at ---- */

static const struct rate_column file_rates[] = {{FILE_SIZE_BYTES, MEASURE_SIZE_GROWTH_BPS, 1, true}};

/* The files of the newest sample, and the way from older samples' rows to them. */
struct looked_at {
    uint32_t *nodes; /* by row of the newest sample's table */
    size_t next;     /* row that the next older row probably matches */
};

static bool file_identity_read(const struct sample *sample, size_t row, struct file_identity *identity)
{
    const struct table *table = &sample->tables[TABLE_FILE];
    *identity = (struct file_identity){
        .kind = NODE_FILE,
        .mount_namespace = table_u64(table, row, FILE_MOUNT_NAMESPACE, 0),
        .path = sample_string(sample, TABLE_FILE, row, FILE_PATH),
        .device = build_device(table_u64(table, row, FILE_DEVICE, 0)),
        .inode = table_u64(table, row, FILE_INODE, 0),
        .deleted = table_u64(table, row, FILE_LINKS, 1) == 0,
    };
    return identity->path != NULL && *identity->path != '\0';
}

static bool files_add(struct build *build, struct looked_at *files, bool main)
{
    const struct table *table = &build->newest->tables[TABLE_FILE];
    for (size_t row = 0; row < table->rows; row++) {
        struct file_identity identity;
        if (!file_identity_read(build->newest, row, &identity) || is_main(build, identity.mount_namespace) != main)
            continue;
        uint32_t node = build_file_node(build, &identity);
        if (node == NODE_NONE)
            return false;
        files->nodes[row] = node;
        if (build->graph->nodes[node].row == UINT32_MAX)
            build->graph->nodes[node].row = (uint32_t)row;
        build_measure_column(build, node, MEASURE_SIZE_BYTES, TABLE_FILE, row, FILE_SIZE_BYTES, 1);
    }
    return true;
}

/* Does an older row speak of the file of this row of the newest sample? */
static bool same_file(const struct build *build, size_t newest_row, const struct file_identity *older)
{
    struct file_identity identity;
    if (newest_row >= build->newest->tables[TABLE_FILE].rows ||
        !file_identity_read(build->newest, newest_row, &identity))
        return false;
    return identity.mount_namespace == older->mount_namespace && identity.inode == older->inode &&
           identity.device == older->device && strcmp(identity.path, older->path) == 0;
}

/* NODE_NONE: not there any more, or its name has passed to another file. */
static uint32_t older_file(struct build *build, struct looked_at *files, const struct file_identity *identity)
{
    if (same_file(build, files->next, identity))
        return files->nodes[files->next++];
    if (identity->device != 0 && identity->inode != 0)
        return build_find(build, NODE_FILE, identity->device, identity->inode);
    file_id_write(build, identity);
    return graph_find(build->graph, buffer_text(&build->id));
}

static bool files_grow(struct build *build, struct looked_at *files)
{
    struct rates rates = {.table = TABLE_FILE, .columns = file_rates, .column_count = 1};
    bool complete = true;
    for (size_t s = build->window->count; s-- > 0 && complete;) {
        const struct sample *sample = build->window->samples[s];
        files->next = 0;
        for (size_t row = 0; row < sample->tables[TABLE_FILE].rows && complete; row++) {
            struct file_identity identity;
            if (!file_identity_read(sample, row, &identity))
                continue;
            uint32_t node = older_file(build, files, &identity);
            if (node != NODE_NONE && build->graph->nodes[node].row != UINT32_MAX)
                complete = rates_add(&rates, build->graph->nodes[node].row, sample, row);
        }
    }
    for (size_t row = 0; row < rates.thing_count && complete; row++)
        if (files->nodes[row] != NODE_NONE && build->graph->nodes[files->nodes[row]].row == row)
            build_measure(build, files->nodes[row], MEASURE_SIZE_GROWTH_BPS, rates_value(&rates, row, 0, NAN, 0));
    rates_done(&rates);
    return complete;
}

bool build_files(struct build *build)
{
    size_t rows = build->newest->tables[TABLE_FILE].rows;
    struct looked_at files = {.nodes = malloc((rows + 1) * sizeof *files.nodes)};
    if (files.nodes == NULL)
        return false;
    for (size_t row = 0; row < rows; row++)
        files.nodes[row] = NODE_NONE;
    bool complete = files_add(build, &files, true) && files_add(build, &files, false) && files_grow(build, &files);
    free(files.nodes);
    return complete;
}

/* Open descriptors: which process has what open, reads it, writes it. */
#include "graph/build.h"

#include <string.h>

enum { ACCESS_READ = 1, ACCESS_WRITE = 2 };

/* They relate nobody. */
static const char *const common_devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};

static bool device_is_common(const char *path)
{
    for (size_t i = 0; i < sizeof common_devices / sizeof common_devices[0]; i++)
        if (strcmp(path, common_devices[i]) == 0)
            return true;
    return false;
}

/* Marks the process in a place that remembers the last one; true when it was not marked. */
static bool mark(uint32_t *last, uint32_t process)
{
    bool is_new = *last != process + 1;
    *last = process + 1;
    return is_new;
}

static bool relation_add(struct build *build, uint32_t process, uint32_t node, enum edge_kind kind, uint64_t access)
{
    struct scratch *scratch = &build->scratch[node];
    scratch->access_known = scratch->access_known || access != 0;
    if ((access & ACCESS_WRITE) != 0 && mark(&scratch->last_writer, process))
        scratch->writers++;
    if (!mark(&scratch->last_opener, process))
        return true;
    scratch->openers++;
    return graph_edge_add(build->graph, kind, process, node) != NULL;
}

/* Bytes flow along the edge: from who writes to the pipe, from the pipe to who reads. */
static bool pipe_relation_add(struct build *build, uint32_t process, uint32_t node, uint64_t access)
{
    struct scratch *scratch = &build->scratch[node];
    scratch->access_known = scratch->access_known || access != 0;
    if (mark(&scratch->last_opener, process))
        scratch->openers++;
    if ((access & ACCESS_WRITE) != 0 || access == 0) {
        bool is_new = mark(&scratch->last_writer, process);
        scratch->writers += is_new && access != 0;
        if (is_new && graph_edge_add(build->graph, EDGE_PIPE, process, node) == NULL)
            return false;
    }
    if ((access & ACCESS_READ) != 0 && mark(&scratch->last_reader, process))
        return graph_edge_add(build->graph, EDGE_PIPE, node, process) != NULL;
    return true;
}

uint32_t build_pipe_node(struct build *build, uint64_t inode)
{
    uint32_t node = build_find(build, NODE_PIPE, inode, 0);
    if (node != NODE_NONE)
        return node;
    build_id(build, "pipe:");
    build_number(&build->id, inode);
    buffer_clear(&build->label);
    buffer_string(&build->label, "pipe:[");
    build_number(&build->label, inode);
    buffer_string(&build->label, "]");
    node = build_node(build, NODE_PIPE, buffer_text(&build->label), true);
    return node != NODE_NONE && build_key(build, node, inode, 0) ? node : NODE_NONE;
}

/* The node of a file or device, mostly remembered by its path's number. NODE_NONE: out of memory. */
static uint32_t path_node(struct build *build, size_t row, const struct file_identity *identity)
{
    struct path_memory *memory = &build->paths[build->newest->tables[TABLE_DESCRIPTOR].cells[DESCRIPTOR_PATH][row]];
    if (memory->node != NODE_NONE && memory->mount_namespace == identity->mount_namespace && !identity->deleted &&
        build->graph->nodes[memory->node].kind == identity->kind)
        return memory->node;
    uint32_t node = build_file_node(build, identity);
    if (node != NODE_NONE && !identity->deleted)
        *memory = (struct path_memory){identity->mount_namespace, node};
    return node;
}

static bool path_open(struct build *build, uint32_t process, size_t row, enum node_kind kind, uint64_t access)
{
    const struct table *table = &build->newest->tables[TABLE_DESCRIPTOR];
    struct file_identity identity = {
        .kind = kind,
        .mount_namespace = build->scratch[process].mount_namespace,
        .path = sample_string(build->newest, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH),
        .device = build_device(table_u64(table, row, DESCRIPTOR_DEVICE, 0)),
        .inode = table_u64(table, row, DESCRIPTOR_INODE, 0),
        .deleted = table_u64(table, row, DESCRIPTOR_DELETED, 0) == 1,
    };
    if (identity.path == NULL || *identity.path == '\0' || (kind == NODE_DEVICE && device_is_common(identity.path)))
        return true;
    uint32_t node = path_node(build, row, &identity);
    return node != NODE_NONE && relation_add(build, process, node, EDGE_OPENS, access);
}

static bool descriptor_add(struct build *build, uint32_t process, size_t row)
{
    const struct table *table = &build->newest->tables[TABLE_DESCRIPTOR];
    uint64_t access = table_u64(table, row, DESCRIPTOR_ACCESS, 0) & (ACCESS_READ | ACCESS_WRITE);
    uint64_t inode = table_u64(table, row, DESCRIPTOR_INODE, 0);
    uint32_t node;
    switch (table_u64(table, row, DESCRIPTOR_TYPE, DESCRIPTOR_OTHER)) {
    case DESCRIPTOR_FILE:
    case DESCRIPTOR_DIRECTORY:
        return path_open(build, process, row, NODE_FILE, access);
    case DESCRIPTOR_DEVICE_FILE:
        return path_open(build, process, row, NODE_DEVICE, access);
    case DESCRIPTOR_PIPE:
        if (inode == 0)
            return true;
        node = build_pipe_node(build, inode);
        return node != NODE_NONE && pipe_relation_add(build, process, node, access);
    case DESCRIPTOR_SOCKET:
        if (inode == 0)
            return true;
        node = build_socket_node(build, inode);
        return node != NODE_NONE && relation_add(build, process, node, EDGE_OWNS, access);
    default:
        return true;
    }
}

/* Those of the main mount namespace first: their paths name the files that others see by bind mounts. */
static bool descriptors_add(struct build *build, bool main)
{
    const struct table *table = &build->newest->tables[TABLE_DESCRIPTOR];
    uint64_t pid = 0, start_ticks = 0;
    uint32_t process = NODE_NONE;
    bool wanted = false;
    for (size_t row = 0; row < table->rows; row++) {
        uint64_t row_pid = table_u64(table, row, DESCRIPTOR_PID, 0);
        uint64_t row_start = table_u64(table, row, DESCRIPTOR_START_TICKS, 0);
        if (row == 0 || row_pid != pid || row_start != start_ticks) {
            pid = row_pid;
            start_ticks = row_start;
            process = pid == 0 ? NODE_NONE : build_find(build, NODE_PROCESS, pid, start_ticks);
            uint64_t mount_namespace = process == NODE_NONE ? 0 : build->scratch[process].mount_namespace;
            wanted = process != NODE_NONE && (mount_namespace == 0 || mount_namespace == build->main_namespace) == main;
        }
        if (wanted && !descriptor_add(build, process, row))
            return false;
    }
    return true;
}

bool build_descriptors(struct build *build)
{
    if (!descriptors_add(build, true) || (build->other_namespaces && !descriptors_add(build, false)))
        return false;
    for (uint32_t n = 0; n < build->graph->node_count; n++) {
        enum node_kind kind = build->graph->nodes[n].kind;
        if (kind != NODE_FILE && kind != NODE_DEVICE && kind != NODE_PIPE)
            continue;
        build_measure(build, n, MEASURE_OPENERS, build->scratch[n].openers);
        if (build->scratch[n].access_known)
            build_measure(build, n, MEASURE_WRITERS, build->scratch[n].writers);
    }
    return true;
}

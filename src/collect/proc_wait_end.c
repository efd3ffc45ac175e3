/* Who is at the other end of a pipe, a socket, a wait for a child. */
#include "collect/proc_wait.h"

#include <stdlib.h>

enum { ACCESS_READ = 1, ACCESS_WRITE = 2 };
#define CHILD_NONE    UINT32_MAX
#define CHILD_SEVERAL (UINT32_MAX - 1)

static int end_compare(const void *a, const void *b)
{
    const struct wait_end *x = a, *y = b;
    if (x->inode != y->inode)
        return x->inode < y->inode ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static bool ends_sort(const struct table *table, size_t inode, size_t type, struct wait_end **ends, size_t *count)
{
    *ends = malloc((table->rows + 1) * sizeof **ends);
    if (*ends == NULL)
        return false;
    for (size_t row = 0; row < table->rows; row++) {
        bool wanted = type == SIZE_MAX || table->cells[type][row] == DESCRIPTOR_PIPE ||
                      table->cells[type][row] == DESCRIPTOR_SOCKET;
        if (wanted && table->known[inode][row] && table->cells[inode][row] != 0)
            (*ends)[(*count)++] = (struct wait_end){table->cells[inode][row], (uint32_t)row};
    }
    qsort(*ends, *count, sizeof **ends, end_compare);
    return true;
}

static bool children_find(struct source *source, uint32_t **only_child)
{
    const struct table *table = &source->sample->tables[TABLE_PROCESS];
    *only_child = malloc((table->rows + 1) * sizeof **only_child);
    if (*only_child == NULL)
        return false;
    for (size_t row = 0; row < table->rows; row++)
        (*only_child)[row] = CHILD_NONE;
    for (size_t row = 0; row < table->rows; row++) {
        const struct process_memory *parent = source_process(source, table->cells[PROCESS_PARENT_PID][row], 0);
        if (parent != NULL && table->cells[PROCESS_STATE][row] != 'Z') {
            uint32_t *child = &(*only_child)[parent->row];
            *child = *child == CHILD_NONE ? (uint32_t)row : CHILD_SEVERAL;
        }
    }
    return true;
}

bool wait_ends_need(struct source *source, struct wait_ends *ends)
{
    const struct table *tables = source->sample->tables;
    if (ends->built)
        return true;
    ends->built = true;
    return ends_sort(&tables[TABLE_DESCRIPTOR], DESCRIPTOR_INODE, DESCRIPTOR_TYPE, &ends->descriptors,
                     &ends->descriptor_count) &&
           ends_sort(&tables[TABLE_SOCKET], SOCKET_INODE, SIZE_MAX, &ends->sockets, &ends->socket_count) &&
           children_find(source, &ends->only_child);
}

void wait_ends_done(struct wait_ends *ends)
{
    free(ends->descriptors);
    free(ends->sockets);
    free(ends->only_child);
}

static size_t end_first(const struct wait_end *ends, size_t count, uint64_t inode)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ends[middle].inode < inode)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Who has the inode open with that access (0: any), one more than a wait gets rows: the waiter may be among them.
 * Remembered, because a thousand may wait for the same. */
static void holders_find(struct source *source, struct wait_ends *ends, uint64_t inode, uint64_t access)
{
    const struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    if (ends->holders_inode == inode && ends->holders_access == access)
        return;
    ends->holders_inode = inode;
    ends->holders_access = access;
    ends->holder_count = 0;
    for (size_t i = end_first(ends->descriptors, ends->descriptor_count, inode);
         i < ends->descriptor_count && ends->descriptors[i].inode == inode && ends->holder_count <= WAIT_HOLDERS_MAX;
         i++) {
        size_t row = ends->descriptors[i].row;
        if (access != 0 && (table_u64(table, row, DESCRIPTOR_ACCESS, 0) & access) == 0)
            continue;
        const struct process_memory *holder = source_process(source, table->cells[DESCRIPTOR_PID][row], 0);
        bool again = ends->holder_count > 0 && ends->holders[ends->holder_count - 1] == holder;
        if (holder != NULL && !again)
            ends->holders[ends->holder_count++] = holder;
    }
}

static bool holders_append(struct source *source, struct wait_ends *ends, uint64_t inode, uint64_t access,
                           struct wait *wait)
{
    size_t rows = 0;
    holders_find(source, ends, inode, access);
    for (size_t i = 0; i < ends->holder_count && rows < WAIT_HOLDERS_MAX; i++) {
        if (ends->holders[i] == wait->waiter)
            continue;
        wait->holder = ends->holders[i];
        rows++;
        if (!wait_append(source, wait))
            return false;
    }
    wait->holder = NULL;
    return rows > 0 || wait_append(source, wait);
}

bool wait_pipe_append(struct source *source, struct wait_ends *ends, struct wait *wait)
{
    uint64_t access = wait->kind == WAIT_PIPE_READ ? ACCESS_WRITE : ACCESS_READ;
    return holders_append(source, ends, wait->inode, access, wait);
}

size_t wait_socket_row(const struct wait_ends *ends, uint64_t inode)
{
    size_t i = end_first(ends->sockets, ends->socket_count, inode);
    return i < ends->socket_count && ends->sockets[i].inode == inode ? ends->sockets[i].row : SIZE_MAX;
}

/* Inode of the other end of that socket; 0: not known on this host. */
static uint64_t peer_inode(const struct source *source, const struct wait_ends *ends, uint64_t inode)
{
    size_t row = wait_socket_row(ends, inode);
    return row == SIZE_MAX ? 0 : table_u64(&source->sample->tables[TABLE_SOCKET], row, SOCKET_PEER_INODE, 0);
}

const struct process_memory *wait_inode_holder(struct source *source, struct wait_ends *ends, uint64_t inode)
{
    holders_find(source, ends, inode, 0);
    return ends->holder_count == 1 ? ends->holders[0] : NULL;
}

const struct process_memory *wait_socket_holder(struct source *source, struct wait_ends *ends, uint64_t inode)
{
    uint64_t peer = peer_inode(source, ends, inode);
    return peer == 0 ? NULL : wait_inode_holder(source, ends, peer);
}

bool wait_socket_append(struct source *source, struct wait_ends *ends, struct wait *wait)
{
    uint64_t peer = peer_inode(source, ends, wait->inode);
    if (peer == 0 || wait->kind == WAIT_ACCEPT)
        return wait_append(source, wait);
    return holders_append(source, ends, peer, 0, wait);
}

const struct process_memory *wait_child(struct source *source, const struct wait_ends *ends,
                                        const struct process_memory *parent, uint64_t child)
{
    if (child != 0)
        return source_process(source, child, 0);
    uint32_t row = ends->only_child[parent->row];
    if (row == CHILD_NONE || row == CHILD_SEVERAL)
        return NULL;
    return source_process(source, source->sample->tables[TABLE_PROCESS].cells[PROCESS_PID][row], 0);
}

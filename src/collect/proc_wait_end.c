/* Who is at the other end of a pipe, a socket, a wait for a child. */
#include "collect/proc_wait.h"

#include <stdlib.h>
#include <string.h>

enum { ACCESS_READ = 1, ACCESS_WRITE = 2 };
enum { CHAINS_LEAST = 64 };
#define CHILD_NONE    UINT32_MAX
#define CHILD_SEVERAL (UINT32_MAX - 1)

#define ROW_NONE UINT32_MAX

static uint32_t *chain_of(const struct wait_chains *chains, uint64_t inode)
{
    return &chains->first[index_hash(&inode, sizeof inode) & chains->mask];
}

/* Chains the rows of that type (pipes and sockets, where there is one) by inode. False: out of memory. */
static bool chains_build(const struct table *table, size_t inode, size_t type, struct wait_chains *chains)
{
    size_t count = CHAINS_LEAST;
    while (count < table->rows)
        count *= 2;
    chains->table = table;
    chains->inode = inode;
    chains->mask = count - 1;
    chains->first = malloc(count * sizeof *chains->first);
    chains->next = malloc((table->rows + 1) * sizeof *chains->next);
    if (chains->first == NULL || chains->next == NULL)
        return false;
    memset(chains->first, 0xff, count * sizeof *chains->first);
    for (size_t row = table->rows; row-- > 0;) {
        bool wanted = type == SIZE_MAX || table->cells[type][row] == DESCRIPTOR_PIPE ||
                      table->cells[type][row] == DESCRIPTOR_SOCKET;
        if (!wanted || !table->known[inode][row] || table->cells[inode][row] == 0)
            continue;
        uint32_t *first = chain_of(chains, table->cells[inode][row]);
        chains->next[row] = *first;
        *first = (uint32_t)row;
    }
    return true;
}

/* The first row with that inode from that row of its chain on; ROW_NONE: no more. */
static uint32_t chain_find(const struct wait_chains *chains, uint32_t row, uint64_t inode)
{
    const uint64_t *inodes = chains->table->cells[chains->inode];
    while (row != ROW_NONE && inodes[row] != inode)
        row = chains->next[row];
    return row;
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
    return chains_build(&tables[TABLE_DESCRIPTOR], DESCRIPTOR_INODE, DESCRIPTOR_TYPE, &ends->descriptors) &&
           chains_build(&tables[TABLE_SOCKET], SOCKET_INODE, SIZE_MAX, &ends->sockets) &&
           children_find(source, &ends->only_child);
}

void wait_ends_done(struct wait_ends *ends)
{
    free(ends->descriptors.first);
    free(ends->descriptors.next);
    free(ends->sockets.first);
    free(ends->sockets.next);
    free(ends->only_child);
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
    const struct wait_chains *chains = &ends->descriptors;
    for (uint32_t row = chain_find(chains, *chain_of(chains, inode), inode);
         row != ROW_NONE && ends->holder_count <= WAIT_HOLDERS_MAX;
         row = chain_find(chains, chains->next[row], inode)) {
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
    uint32_t row = chain_find(&ends->sockets, *chain_of(&ends->sockets, inode), inode);
    return row == ROW_NONE ? SIZE_MAX : row;
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

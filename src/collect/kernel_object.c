/* What stands behind descriptors that share it: pipes and sockets, each once. */
#include "collect/kernel_inside.h"

#include "base/memory.h"
#include "collect/source_inside.h"

#include <stdlib.h>
#include <string.h>

enum { PLACES_LEAST = 4096 };

/* Numbers are the kernel's own and nearly consecutive: as they are they lie side by side, and so do their looks. */
static size_t place_of(const struct kernel_numbers *numbers, uint64_t number)
{
    size_t mask = numbers->room - 1, place = (size_t)number & mask;
    while (numbers->places[place] != 0 && numbers->places[place] != number)
        place = (place + 1) & mask;
    return place;
}

static bool numbers_double(struct kernel_numbers *numbers)
{
    struct kernel_numbers larger = {.room = numbers->room == 0 ? PLACES_LEAST : numbers->room * 2};
    larger.places = calloc(larger.room, sizeof *larger.places);
    if (larger.places == NULL)
        return false;
    for (size_t i = 0; i < numbers->room; i++)
        if (numbers->places[i] != 0)
            larger.places[place_of(&larger, numbers->places[i])] = numbers->places[i];
    larger.count = numbers->count;
    free(numbers->places);
    *numbers = larger;
    return true;
}

/* False: out of memory. */
static bool number_add(struct kernel_numbers *numbers, uint64_t number, bool *is_new)
{
    if ((numbers->count + 1) * 2 > numbers->room && !numbers_double(numbers))
        return false;
    size_t place = place_of(numbers, number);
    *is_new = numbers->places[place] == 0;
    numbers->places[place] = number;
    numbers->count += *is_new;
    return true;
}

void kernel_objects_clear(struct kernel_sample *kernel)
{
    struct kernel_numbers *sets[] = {&kernel->pipes_told, &kernel->sockets_told};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        if (sets[i]->count > 0)
            memset(sets[i]->places, 0, sets[i]->room * sizeof *sets[i]->places);
        sets[i]->count = 0;
    }
    kernel->socket_count = 0;
}

void kernel_objects_done(struct kernel_sample *kernel)
{
    free(kernel->pipes_told.places);
    free(kernel->sockets_told.places);
    free(kernel->sockets);
}

bool kernel_pipe_take(struct source *source, const struct sample_descriptor *record)
{
    bool is_new = false;
    if (record->inode == 0 || record->pipe.buffers == 0)
        return true;
    if (!number_add(&source->kernel->pipes_told, record->inode, &is_new))
        return false;
    struct table *table = &source->sample->tables[TABLE_PIPE];
    size_t row = is_new ? table_append(table) : 0;
    if (row == SIZE_MAX || !is_new)
        return !is_new;
    table_set_u64(table, row, PIPE_INODE, record->inode);
    table_set_u64(table, row, PIPE_BUFFERS_USED, record->pipe.buffers_used);
    table_set_u64(table, row, PIPE_BUFFERS, record->pipe.buffers);
    table_set_u64(table, row, PIPE_READERS, record->pipe.readers);
    table_set_u64(table, row, PIPE_WRITERS, record->pipe.writers);
    return true;
}

static int cookie_compare(const void *left, const void *right)
{
    const struct kernel_cookie *a = left, *b = right;
    return (a->inode > b->inode) - (a->inode < b->inode);
}

static void cookie_set(const struct kernel_sample *kernel, struct socket_record *socket)
{
    struct kernel_cookie wanted = {.inode = socket->inode};
    const struct kernel_cookie *found =
        bsearch(&wanted, kernel->cookies, kernel->cookie_count, sizeof *kernel->cookies, cookie_compare);
    socket->cookie = found == NULL ? 0 : found->cookie;
}

bool kernel_cookies_take(struct kernel_sample *kernel, const struct sample_descriptor *record)
{
    const struct socket_record *socket = (const void *)(record + 1);
    if (record->path_bytes < sizeof *socket)
        return true;
    if (!memory_grow(&kernel->cookies, &kernel->cookie_capacity, kernel->cookie_count + 1, sizeof *kernel->cookies))
        return false;
    kernel->cookies[kernel->cookie_count++] = (struct kernel_cookie){socket->inode, socket->cookie};
    return true;
}

void kernel_cookies_order(struct kernel_sample *kernel)
{
    if (kernel->cookie_count > 1)
        qsort(kernel->cookies, kernel->cookie_count, sizeof *kernel->cookies, cookie_compare);
}

bool kernel_socket_take(struct kernel_sample *kernel, const struct sample_descriptor *record)
{
    const struct socket_record *socket = (const void *)(record + 1);
    bool is_new = false;
    if (record->path_bytes < sizeof *socket || record->path_bytes != sizeof *socket + socket->name_bytes)
        return true;
    if (!number_add(&kernel->sockets_told, record->inode, &is_new))
        return false;
    if (!is_new)
        return true;
    if (!memory_grow(&kernel->sockets, &kernel->socket_capacity, kernel->socket_count + 1, sizeof *kernel->sockets))
        return false;
    if (socket->cookie == 0 && kernel->cookie_count > 0)
        cookie_set(kernel, (void *)(kernel->descriptors.data + ((const char *)socket - kernel->descriptors.data)));
    kernel->sockets[kernel->socket_count++] = socket;
    return true;
}

/* Growing arrays and one arena. Nobody here exits: what cannot be had is answered with false or NULL. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Makes room for at least `needed` items of `size` bytes in the malloc'ed array *items, whose room is *capacity items.
 * Grows by doubling; new room is not cleared. On failure *items and *capacity stay as they were. */
bool memory_grow(void *items, size_t *capacity, size_t needed, size_t size);

/* An arena: allocations that live and die together. Zeroed = empty. */
struct arena {
    struct arena_block *blocks;
    size_t used_bytes; /* in the newest block */
};

/* Cleared memory of `size` bytes, aligned for any type; NULL when there is none. Freed by arena_done only. */
void *arena_take(struct arena *arena, size_t size);

/* A copy of length bytes with a NUL behind them. */
char *arena_copy(struct arena *arena, const char *text, size_t length);

/* printf into the arena. */
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

void arena_done(struct arena *arena);

#endif

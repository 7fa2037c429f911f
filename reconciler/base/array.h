/* array.h - growing arrays on an arena, for the time they are built.
 *
 *     struct builder { struct pair *items; size_t n, cap; } b = {0};
 *     ARRAY_PUSH(arena, b, ((struct pair){key, value}));
 *
 * The finished array is items[0..n); the arena owns it. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <string.h>

#include "base/arena.h"

#define ARRAY(type)                                                                                \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t n, cap;                                                                             \
    }

static inline void *array_grow(struct arena *a, const void *items, size_t used, size_t size)
{
    void *grown = arena_alloc(a, size);

    if (used)
        memcpy(grown, items, used);
    return grown;
}

/* Room for `more` items to come: what a list outgrows stays in the arena. */
#define ARRAY_RESERVE(arena, b, more)                                                              \
    do {                                                                                           \
        if ((b).n + (more) > (b).cap) {                                                            \
            (b).cap = (b).n + (more);                                                              \
            (b).items = array_grow(arena, (b).items, (b).n * sizeof *(b).items,                    \
                                   (b).cap * sizeof *(b).items);                                   \
        }                                                                                          \
    } while (0)

#define ARRAY_PUSH(arena, b, ...)                                                                  \
    do {                                                                                           \
        if ((b).n == (b).cap) {                                                                    \
            (b).cap = (b).cap ? 2 * (b).cap : 8;                                                   \
            (b).items = array_grow(arena, (b).items, (b).n * sizeof *(b).items,                    \
                                   (b).cap * sizeof *(b).items);                                   \
        }                                                                                          \
        (b).items[(b).n++] = __VA_ARGS__;                                                          \
    } while (0)

#endif

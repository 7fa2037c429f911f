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

/* Room for `more` items to come: what a list outgrows stays in the arena. */
#define ARRAY_RESERVE(arena, b, more)                                                              \
    do {                                                                                           \
        size_t most_ = (b).n + (more);                                                             \
        if (most_ > (b).cap) {                                                                     \
            void *grown_ = arena_alloc(arena, most_ * sizeof *(b).items);                          \
            if ((b).n)                                                                             \
                memcpy(grown_, (b).items, (b).n * sizeof *(b).items);                              \
            (b).items = grown_;                                                                    \
            (b).cap = most_;                                                                       \
        }                                                                                          \
    } while (0)

#define ARRAY_PUSH(arena, b, ...)                                                                  \
    do {                                                                                           \
        if ((b).n == (b).cap)                                                                      \
            ARRAY_RESERVE(arena, b, (b).n ? (b).n : 8);                                            \
        (b).items[(b).n++] = __VA_ARGS__;                                                          \
    } while (0)

#endif

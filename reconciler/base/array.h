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

#define ARRAY_PUSH(arena, b, ...)                                                                  \
    do {                                                                                           \
        if ((b).n == (b).cap) {                                                                    \
            (b).cap = (b).cap ? 2 * (b).cap : 8;                                                   \
            void *grown_ = arena_alloc(arena, (b).cap * sizeof *(b).items);                        \
            if ((b).n)                                                                             \
                memcpy(grown_, (b).items, (b).n * sizeof *(b).items);                              \
            (b).items = grown_;                                                                    \
        }                                                                                          \
        (b).items[(b).n++] = __VA_ARGS__;                                                          \
    } while (0)

#endif

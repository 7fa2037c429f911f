/* arena.h - memory that dies together.
 *
 * Three lifetimes exist, each an arena: the process (options), one reconcile cycle (desired,
 * observed, plan: built once, then const) and one engine request (its text, the parsed answer).
 * Whoever returns memory takes the arena first.  Out of memory aborts: the program must survive
 * kill -9 anyway, so there is one restart path and it is the tested one.
 *
 * In sanitizer builds every allocation is a block of its own, so that AddressSanitizer sees an
 * overrun of any of them. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/err.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *); /* NULL is fine */

/* One more who frees it: it dies with the last arena_free().  Returns the arena. */
struct arena *arena_share(struct arena *);
/* What lives in the first arena may point into the second: that one lives as long, too. */
void arena_lean(struct arena *, struct arena *on);

void *arena_alloc(struct arena *, size_t size);   /* zeroed, aligned for any type, never NULL */
char *arena_strdup(struct arena *, const char *); /* NULL gives NULL */
char *arena_strndup(struct arena *, const char *, size_t len);
void *arena_memdup(struct arena *, const void *, size_t size);
char *arena_printf(struct arena *, const char *fmt, ...) PRINTF(2, 3);

/* Calls fn(ptr) when the arena is freed, last registered first. */
void arena_at_free(struct arena *, void (*fn)(void *), void *ptr);

size_t arena_used(const struct arena *); /* bytes handed out, for whoever measures */

static inline void arena_freep(struct arena **a)
{
    arena_free(*a);
}
#define CLEANUP_ARENA __attribute__((cleanup(arena_freep)))

#endif

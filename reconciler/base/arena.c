#include "base/arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define MAX_BLOCK 0 /* one malloc an allocation */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MAX_BLOCK 0
#endif
#endif
#ifndef MAX_BLOCK
#define MAX_BLOCK 8192
#endif
enum { FIRST_BLOCK = 1024 }; /* many arenas hold one container or one request */

struct block {
    struct block *next;
    size_t used, size;
    alignas(max_align_t) char data[];
};

struct finalizer {
    struct finalizer *next;
    void (*fn)(void *);
    void *ptr;
};

struct arena {
    struct block *blocks; /* the first one has room, if any has */
    struct finalizer *finalizers;
    size_t used, next_block;
    unsigned sharers; /* besides the first owner */
};

static void *or_abort(void *p)
{
    if (!p) {
        fputs("avr-reconciler: out of memory\n", stderr);
        abort();
    }
    return p;
}

struct arena *arena_new(void)
{
    struct arena *a = or_abort(calloc(1, sizeof *a));

    a->next_block = MAX_BLOCK ? FIRST_BLOCK : 0;
    return a;
}

void arena_free(struct arena *a)
{
    if (!a || a->sharers-- > 0)
        return;
    for (struct finalizer *f = a->finalizers; f; f = f->next)
        f->fn(f->ptr);
    while (a->blocks) {
        struct block *b = a->blocks;
        a->blocks = b->next;
        free(b);
    }
    free(a);
}

/* A new block with room for want bytes.  It comes first, unless that would hide a roomier one. */
static struct block *block_add(struct arena *a, size_t want)
{
    size_t size = want > a->next_block ? want : a->next_block;
    struct block *b = or_abort(calloc(1, sizeof *b + size));
    struct block **at = a->blocks && want > size / 2 ? &a->blocks->next : &a->blocks;

    b->size = size;
    b->next = *at;
    *at = b;
    if (2 * a->next_block <= MAX_BLOCK)
        a->next_block *= 2;
    return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
    const size_t align = alignof(max_align_t);
    size_t want = (size + align - 1) & ~(align - 1);

    if (want < size)
        or_abort(NULL);
    if (MAX_BLOCK == 0)
        want = size ? size : 1;

    struct block *b = a->blocks;
    if (!b || b->size - b->used < want)
        b = block_add(a, want);
    void *p = b->data + b->used;
    b->used += want;
    a->used += want;
    return p;
}

void *arena_memdup(struct arena *a, const void *src, size_t size)
{
    void *p = arena_alloc(a, size);
    if (size)
        memcpy(p, src, size);
    return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
    char *p = arena_alloc(a, len + 1);
    if (len)
        memcpy(p, s, len);
    return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    char brief[256]; /* most are, and need not be formatted twice */
    va_list ap, again;

    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(brief, sizeof brief, fmt, ap);
    va_end(ap);
    if (n < 0)
        or_abort(NULL);

    char *p = arena_alloc(a, (size_t)n + 1);
    if ((size_t)n < sizeof brief)
        memcpy(p, brief, (size_t)n + 1);
    else
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}

void arena_at_free(struct arena *a, void (*fn)(void *), void *ptr)
{
    struct finalizer *f = arena_alloc(a, sizeof *f);
    *f = (struct finalizer){a->finalizers, fn, ptr};
    a->finalizers = f;
}

struct arena *arena_share(struct arena *a)
{
    a->sharers++;
    return a;
}

static void free_arena(void *arena)
{
    arena_free(arena);
}

void arena_lean(struct arena *a, struct arena *on)
{
    arena_at_free(a, free_arena, arena_share(on));
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}

/* text.h - building text on an arena, and the few questions about text that several rooms ask. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct text { /* zero-initialised with its arena: struct text t = {.arena = a}; */
    struct arena *arena;
    char *s; /* NULL while nothing was added */
    size_t len, cap;
};

void text_add(struct text *, const char *);
void text_add_n(struct text *, const char *, size_t len);
void text_printf(struct text *, const char *fmt, ...) PRINTF(2, 3);
const char *text_str(struct text *); /* never NULL; owned by the arena */

bool text_is(const char *a, const char *b); /* equal; NULL equals only NULL */
bool text_starts(const char *s, const char *prefix);
bool text_ends(const char *s, const char *suffix);
bool text_is_utf8(const char *, size_t len); /* well-formed by RFC 3629, no NUL inside */
size_t text_columns(const char *);           /* columns of a terminal, wide characters as one */

/* "90s", "2m", "1h30m", "1d" or a bare number of seconds; -1 if it is none of these. */
int64_t text_duration_s(const char *);
const char *text_duration(struct arena *, int64_t seconds); /* "3m12s", "45s", "2h05m" */

/* "512m", "1g", "64kb", "1073741824"; -1 if it is no such size. */
int64_t text_bytes(const char *);

void text_wipe(void *); /* overwrites a secret; for arena_at_free(), NULL is fine */

/* The nearest of the candidates if it is near enough to be a typo of word, else NULL. */
const char *text_suggest(const char *word, const char *const *candidates, size_t n);

#endif

/* last_words.h - what a container said last, fit to be shown: visible, cut, and without the values
 * of its secrets. */
#ifndef SERVICE_LAST_WORDS_H
#define SERVICE_LAST_WORDS_H

#include "base/arena.h"
#include "core/resolve.h"

enum { LAST_WORDS = 20 };

/* What a container knows, copied into the arena: its environment and what it fetches. */
struct env_list last_words_env(struct arena *, const struct wanted *);

/* The lines of a log, in the arena.  Values of env (NULL: nothing is known of it) that are secret
 * or look it are hidden.  Returns how many lines there are. */
size_t last_words(struct arena *, const char *log, const struct env_list *env,
                  const char *const **ret);

#endif

/* harmless.h - text that somebody else wrote, made fit for a terminal, a log and a person. */
#ifndef ENGINE_HARMLESS_H
#define ENGINE_HARMLESS_H

#include "base/arena.h"

/* Log text: line ends and tabs stay, escape sequences and other control characters go, bytes that
 * are no UTF-8 become '?'. */
const char *harmless_lines(struct arena *, const char *, size_t len);

/* A sentence of at most max bytes on one line; user and password of a URL in it go, too. */
const char *harmless_sentence(struct arena *, const char *, size_t len, size_t max);

#endif

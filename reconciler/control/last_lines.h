/* last_lines.h - what failed containers wrote last.
 *
 * A container that failed and ended writes no more, so each is asked once and remembered as long as
 * it is there.  Nothing is decided by it: a log that cannot be read is left out. */
#ifndef CONTROL_LAST_LINES_H
#define CONTROL_LAST_LINES_H

#include "control/client.h"

struct last_lines;

struct last_lines *last_lines_new(void);
void last_lines_free(struct last_lines *); /* NULL is fine */

/* Fills `last_line` of those that failed and do not run; the texts live in the arena, visible, cut
 * and without secrets.  -1 only if the engine is away. */
int last_lines_add(struct last_lines *, struct client *, struct arena *, const struct desired *,
                   struct box *boxes, size_t n, struct err *) MUST_CHECK;

#endif

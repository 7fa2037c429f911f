/* visible.h - text from outside, fit to be shown: no control character of a value, a name or an
 * engine's note ever reaches a terminal. */
#ifndef BASE_VISIBLE_H
#define BASE_VISIBLE_H

#include "base/arena.h"

/* The text with every control character, malformed byte and direction override spelled out. */
const char *visible_text(struct arena *, const char *);
const char *visible_lines(struct arena *, const char *); /* line breaks stay */

/* Visible text cut to so many columns, never within a character; an ellipsis says so.  0: no limit.
 */
const char *visible_cut(struct arena *, const char *visible, size_t columns);

#endif

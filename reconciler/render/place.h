/* place.h - the containers of an agent and where they stand, for people: live ones and candidates,
 * replaced and failed ones, and those under a name that somebody gave them. */
#ifndef RENDER_PLACE_H
#define RENDER_PLACE_H

#include "core/slot.h"

enum { PLACE_STRAY = PLACE__N, PLACES };
extern const char *const place_word[PLACES]; /* by enum place or PLACE_STRAY: "live", … */

/* The place of the box in the slot of this canonical name; -1: it is none of its boxes. */
int place_in(const struct box *, const char *slot);

#endif

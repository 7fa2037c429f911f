/* last_good.h - what a container was made from when it last proved itself, for when what is wanted
 * fails and nothing that could be put back is left.
 *
 * While something serves it is never used.  The image and the environment are those of then; the
 * rest (networks, volumes, limits), ports and the addresses of providers are as they are wanted
 * now. */
#ifndef CORE_LAST_GOOD_H
#define CORE_LAST_GOOD_H

#include "core/resolve.h"

/* False: nothing is remembered, its image is not on the engine any more, or it would have to change
 * together with others (wanted.as_set). */
bool last_good_wanted(struct arena *, const struct observed *, const struct agent *,
                      const struct wanted *now, struct wanted *ret);

#endif

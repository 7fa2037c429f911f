/* serving.h - which container a new call of an agent reaches now, by an address that is its own.
 *
 * A canonical name moves from container to container in a hand-over, and for a moment nobody has
 * it. The id of a container never moves: on every network that somebody made, a container answers
 * to its first twelve digits (never on the engine's own "bridge"). */
#ifndef CORE_SERVING_H
#define CORE_SERVING_H

#include "core/desired.h"
#include "core/observed.h"
#include "core/slot.h"

/* "ws://0123456789ab:6033/path" of the sts container that takes the agent's calls, or should take
 * this one: it is dialled as core would dial it by name.  NULL: leave it to the name - the agent is
 * not in mode sts or is not to run, nobody serves, or core was wired to somewhere else.
 * *ret_box_id: its id. */
const char *serving_sts_url(struct arena *, const struct desired *, const struct agent *,
                            const struct observed *, const char **ret_box_id);

/* Does this core dial its connector by the slot's name, or by an alias of who has it, so that a
 * call of it may be sent to another container of the slot? */
bool serving_is_dialled(struct arena *, const struct box *core, const struct slot *);

/* The same address of any container of the slot; NULL: core cannot reach it, or it does not run. */
const char *serving_url_of(struct arena *, const struct box *core, const struct slot *,
                           const struct box *);

#endif

/* relook.h - looks at one agent's containers anew: the world moved under a plan. */
#ifndef CONTROL_RELOOK_H
#define CONTROL_RELOOK_H

#include "control/client.h"
#include "control/world.h"

struct relook;

typedef void relook_done(void *ctx, const struct err *); /* err NULL: the world is up to date */

/* Lists, inspects every box of the agent, and puts them into the world in place of what was there.
 * done is called once, unless cancelled. */
struct relook *relook_start(struct client *, const struct desired *, const struct agent *,
                            struct world *, relook_done *, void *ctx);
void relook_cancel(struct relook *);

#endif

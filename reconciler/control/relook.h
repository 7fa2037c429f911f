/* relook.h - looks at one agent's containers anew: the world moved under a plan. */
#ifndef CONTROL_RELOOK_H
#define CONTROL_RELOOK_H

#include "control/client.h"
#include "core/desired.h"

struct relook;

/* Boxes and foreign holders of names only, all of it in the arena, which is the callee's to free;
 * NULL when there is an error. */
typedef void relook_done(void *ctx, struct arena *, const struct observed *, const struct err *);

/* Lists, and inspects every box of the agent.  done is called once, unless cancelled. */
struct relook *relook_start(struct client *, const struct desired *, const struct agent *,
                            relook_done *, void *ctx);
void relook_cancel(struct relook *);

#endif

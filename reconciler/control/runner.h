/* runner.h - carries one agent from what it is to what was asked for.
 *
 * Look, ask the rules for the next step, do it, look again: the runner decides nothing itself.
 * Many run side by side on one loop. */
#ifndef CONTROL_RUNNER_H
#define CONTROL_RUNNER_H

#include "control/cycle.h"
#include "control/client.h"
#include "control/turnstile.h"
#include "control/witness.h"

struct runner;

struct rollout_context { /* shared by all runners of one apply */
    struct client *client;
    const struct sources *sources;
    const struct digest_key *key;
    const struct apply_options *options;
    struct turnstile turnstile;
    struct witness_calls *calls;
    const volatile int *interrupted;
    int64_t give_up_ms; /* monotonic: no waiting for calls after this; 0: never */
    int64_t decided_ms; /* of the last decision: no two in one millisecond, see place_name() */
};

typedef void runner_done(void *ctx, struct runner *);
typedef void runner_yielded(void *ctx, struct runner *, bool waits); /* for calls: others may go */

/* Starts from the look; the agent is the plan's.  done is called once, from the loop, never from
 * here; the runner is then still on the stack, so it must be let go with runner_retire(). */
struct runner *runner_new(struct rollout_context *, const struct agent *, const struct observed *,
                          runner_done *, runner_yielded *, void *ctx);
void runner_retire(struct runner *); /* frees it as soon as its callbacks have returned */
void runner_wake(struct runner *);   /* looks again at once: the interrupt flag was set */

bool runner_yields(const struct runner *);
const struct agent_outcome *runner_outcome(const struct runner *); /* valid once done */

#endif

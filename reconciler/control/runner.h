/* runner.h - carries one agent from what it is to what was asked for.
 *
 * Look, ask the rules for the next step, do it, look again: the runner decides nothing itself.
 * Many run side by side on one loop. */
#ifndef CONTROL_RUNNER_H
#define CONTROL_RUNNER_H

#include "control/session.h"
#include "control/client.h"
#include "control/registry.h"
#include "control/turnstile.h"
#include "control/witness.h"
#include "core/outage.h"

struct runner;

struct workshop { /* shared by all runners of a session */
    struct client *client;
    struct registry_memory *registries;
    const struct digest_key *key;
    struct turnstile turnstile;
    struct witness_calls *calls;
    const volatile int *interrupted;
    const struct outage *outage; /* of the engine, as far as somebody noticed; NULL: nobody looks */
    int64_t decided_ms; /* of the last decision: no two in one millisecond, see place_name() */
};

struct task {            /* what a runner is to do */
    struct arena *arena; /* of all this; the runner shares it as long as it needs it */
    const struct sources *sources;
    const struct agent *agent;
    const struct observed *observed;
    struct plan_options plan;
    int64_t give_up_ms; /* monotonic: no waiting for calls after this; 0: never */
};

struct runner_owner { /* called from the loop, never from within a call of the owner */
    on_event *on_event;
    void (*on_yield)(void *ctx, struct runner *, bool waits); /* for calls: others may go */
    /* Once.  The runner is then still on the stack: it must be let go with runner_retire(). */
    void (*on_done)(void *ctx, struct runner *);
    void *ctx;
};

struct runner *runner_new(struct workshop *, const struct task *, const struct runner_owner *);
void runner_retire(struct runner *); /* frees it as soon as its callbacks have returned */

/* Something else is wanted of the same agent.  The step under way is finished first; then the
 * containers are looked at anew. */
void runner_renew(struct runner *, const struct task *);

void runner_wake(struct runner *); /* looks again at once: the interrupt flag was set */
/* Once it was interrupted: waits no longer for an answer that the engine has owed for 10 s.  What
 * was begun is seen by whoever looks next, as after a kill. */
void runner_hurry(struct runner *);
void runner_look(struct runner *); /* looks at the containers at its next turn: they changed */

/* Its agent's containers as it knows them; NULL: it must look at them first. */
const struct observed *runner_sees(const struct runner *);
bool runner_yields(const struct runner *);
bool runner_can_look(const struct runner *); /* it just waits, for calls or after a conflict */
/* Of a candidate, as soon as one has failed, which the end of the work may be far from; or NULL. */
const char *runner_failure(const struct runner *);
const struct agent_outcome *runner_outcome(const struct runner *); /* valid once done */

#endif

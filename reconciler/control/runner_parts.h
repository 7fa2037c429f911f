/* runner_parts.h - the inside of a runner, private to runner.c (its life), runner_act.c (carrying a
 * step out) and runner_judge.c (what a start or a probe says of a box). */
#ifndef CONTROL_RUNNER_PARTS_H
#define CONTROL_RUNNER_PARTS_H

#include <ev.h>

#include "control/prober.h"
#include "control/relook.h"
#include "control/runner.h"
#include "control/world.h"

enum { RUNNER_POLL_MS = 1000 }; /* how often a gate looks again */

struct runner { /* at most one of call, prober, relook, timer and the turnstile is pending */
    struct workshop *shared;
    struct runner_owner owner;
    struct task task;
    struct task *renewed;     /* to be taken up at the next turn; NULL: none */
    struct arena *arena;      /* of the runner */
    struct arena *step_arena; /* of the step: until the next decision */
    struct arena *left;       /* of the world or task the step was decided in, likewise; or NULL */
    struct world world;
    struct step step;
    bool step_said; /* its start was reported */
    bool yielded;
    bool abandoned;
    bool must_look;  /* at the containers, before the next decision */
    bool relook_due; /* the timer is for that look, also where a name is free meanwhile */
    int64_t step_ms; /* monotonic: when it began */
    struct client_call *call;
    struct prober *prober;
    struct verdict_of_probe verdict; /* kept while the engine is asked whether it is still there */
    struct relook *relook;
    struct ev_timer timer;
    struct waiter pass;
    const char *looked_at;     /* id of the box that is being inspected */
    const char *start_refused; /* the engine's answer to START, if it was no */
    unsigned n_steps, n_conflicts;
    int64_t relooked_ms; /* monotonic: when a drain last looked at the containers */
    const char *failure; /* of a candidate, once one has failed in this apply */
    struct agent_outcome outcome;
};

/* Begins r->step.  What it leads to calls runner_turn() or runner_finish(), from the loop. */
void runner_act(struct runner *);

/* Of the step's box: whether it is ready, within so long; then the next turn. */
void runner_probe(struct runner *, int64_t timeout_ms);
void runner_judge_start(struct runner *); /* after a look at what a START led to */

/* Looks at the witnesses, asks the rules, acts. */
void runner_turn(struct runner *);

/* Reports the step's start once, its end, and anything between. */
void runner_begin_step(struct runner *);
void runner_end_step(struct runner *, enum event_state, const char *text);
void runner_report(struct runner *, enum event_state, const char *text);

void runner_relook(struct runner *); /* at the agent's containers; then the next turn */

void runner_set_timer(struct runner *, int64_t ms); /* the next turn */
void runner_yield(struct runner *, bool waits);
void runner_finish(struct runner *, enum agent_result, const char *text);
void runner_fail(struct runner *, const char *text); /* the step's end, and the runner's */

const struct box *runner_live_box(struct runner *); /* of the step's slot; NULL if there is none */

#endif

/* plan.h - desired x observed -> what to do.  Pure: no I/O, no clock, no globals.
 *
 * There is one rule table, agent_next(): it looks at an agent as it is and names the next step.
 * A plan is that table unrolled against a model of the engine in which everything goes well;
 * `diff` prints it.  `apply` runs the same table against the real engine, looking again after
 * every step.  So nothing is shown that would not be done, a crash at any point is an ordinary
 * start, and a surprise is simply another state the table has a row for. */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include "core/slot.h"

#define STEPS(X)                                                                                   \
    /* kind      text       one engine request, or a gate                              */          \
    X(NOTHING, "nothing", "in the state that was asked for")                                       \
    X(HOLD, "hold", "cannot or must not go on; why says the reason")                               \
    X(PULL, "pull", "fetch the image")                                                             \
    X(CREATE, "create", "create the candidate, stopped")                                           \
    X(CONNECT, "connect", "connect a box that was never started to a further network")             \
    X(START, "start", "start a box")                                                               \
    X(PROBE, "probe", "gate: until the box is ready, or a verdict that it is not")                 \
    X(WAIT, "wait", "gate: until a time has passed or calls have ended")                           \
    X(RENAME, "rename", "give a box another name of its slot")                                     \
    X(STOP, "stop", "stop a box; never while a call is on it")                                     \
    X(REMOVE, "remove", "remove a stopped box")                                                    \
    X(UPDATE, "update", "change restart policy or limits of the live box")

enum step_kind {
#define X(kind, text, doc) STEP_##kind,
    STEPS(X)
#undef X
        STEP__N
};
extern const char *const step_text[STEP__N];

enum gate { /* what a WAIT waits for */
            GATE_NONE,
            GATE_SETUP,  /* a call between call_initiated and call_started */
            GATE_SOAK,   /* the new box must stay ready for `monitor` */
            GATE_QUIET,  /* longer than a call takes to show up in the database */
            GATE_DRAIN,  /* live calls on the old box */
            GATE_OTHERS, /* somebody else is at work on the agent's containers */
            GATE_CANARY, /* calls that meet the candidate first must go well */
};

enum hold { /* why nothing can be done */
            HOLD_NONE,
            HOLD_PROBLEM,   /* the inputs are wrong: agent->problem or wanted->problem */
            HOLD_CONFLICT,  /* the name is held by somebody else's container */
            HOLD_FAILED,    /* these settings failed a moment ago: back-off */
            HOLD_UNHEALTHY, /* the live box matches and still does not work */
            HOLD_CALLS,     /* drain timeout passed, on_timeout: abort */
            HOLD_ORPHAN,    /* nobody asks for it any more, and nobody asked to remove it */
            HOLD_UNSURE,    /* the same, but not every source could be read */
            HOLD_PAUSED,    /* by an order: agent->pause */
            HOLD_CANARY,    /* calls are to meet the candidate first, and cannot be sent there */
};

struct step {
    enum step_kind kind;
    enum role role;
    enum gate gate;
    enum hold hold;
    const struct wanted *wanted; /* CREATE, CONNECT, START, PROBE, UPDATE */
    const char *box_id;   /* full id as observed; in an unrolled plan "new-…" for boxes to be */
    const char *box_name; /* its name now */
    const char *new_name; /* RENAME, CREATE */
    const char *image;    /* PULL */
    const char *network;  /* CONNECT */
    const char *why;
    int attempt;       /* CREATE */
    int64_t until_ms;  /* WAIT, HOLD: when a timer ends it; 0: only calls, or people, do */
    int calls;         /* WAIT drain: live calls counted, -1 unknown */
    int64_t oldest_ms; /* WAIT drain: start of the oldest, 0 unknown */
    int64_t quiet_ms;  /* WAIT drain: since when none of them has a connection; 0: not so */
    int lost;          /* STOP: open calls taken for lost ends */
    int64_t lost_ms;   /* STOP: start of the oldest of these, 0 unknown */
    bool forced;       /* STOP although calls are open: on_timeout force or --now */
};

/* A gate that only calls, or time for calls, hold shut.  Who knows how long: nobody else waits for
 * it, neither another agent nor what else there is to do for this one. */
bool step_waits_for_calls(const struct step *);

/* What the planner may assume besides the inputs. */
struct plan_options {
    bool prune; /* remove orphans */
    bool now;   /* cut calls: no drain waits */
    /* Somebody else is at work on these containers: nothing is changed before this; 0: nobody is */
    int64_t others_until_ms;
};

/* The rule table.  `wanted` and `slots` are this agent's. */
struct step agent_next(struct arena *, const struct desired *, const struct agent *,
                       const struct observed *, const struct digest_key *,
                       const struct plan_options *);

enum verdict { /* of a role or an agent, for people */
               VERDICT_SYNC,
               VERDICT_REPLACE,
               VERDICT_UPDATE, /* in place */
               VERDICT_LIVE,   /* differs, and the next call sees it */
               VERDICT_CREATE,
               VERDICT_START, /* not running */
               VERDICT_REMOVE,
               VERDICT_UNDERWAY, /* a replacement that somebody left unfinished */
               VERDICT_HOLD,
               VERDICT_ORPHAN, /* kept and reported */
};

struct drain { /* a replaced box that still runs */
    const struct box *box;
    int calls;         /* live ones on it, -1 unknown */
    int64_t oldest_ms; /* start of the oldest, 0 unknown */
    int64_t until_ms;  /* it waits for them until then at most; 0: as long as they last */
};

struct role_plan {
    enum role role;
    const char *name; /* canonical */
    enum verdict verdict;
    const struct wanted *wanted; /* NULL: not wanted */
    const struct box *live;      /* NULL: none */
    struct drifts drifts;
    const char *reason; /* "not running (exit 137, 2m ago)", "missing", …; NULL if drifts say it */
    int64_t held_until_ms;      /* when a back-off ends, and `reason` says of what; 0: none */
    const struct drain *drains; /* newest first */
    size_t n_drains;
};

struct agent_plan {
    const struct agent *agent;
    enum verdict verdict;          /* the weightiest of its roles */
    const struct role_plan *roles; /* of roles it has or should have, in role order */
    size_t n_roles;
    const struct step *steps; /* the unrolled table */
    size_t n_steps;
    struct step hold; /* kind HOLD if it ends there, else NOTHING */
    int64_t again_ms; /* when something has to be done though nothing happens; 0: never */
    int live_calls;   /* -1: not known */
    int64_t oldest_call_ms;
    int64_t quiet_ms; /* since when none of them has a connection; 0: some has, or not known */
    int lost_calls;   /* older than max_call_age: lost ends, not among live_calls */
    int64_t oldest_lost_ms;
};

struct plan {
    const struct agent_plan *agents;
    size_t n_agents;
    size_t n_containers; /* observed, ours */
    const char *notice;  /* which witness of live calls this look had to do without; NULL: none */
};

/* Only agents whose id, name or key is among `only` (n_only = 0: all). */
struct plan plan_make(struct arena *, const struct desired *, const struct observed *,
                      const struct digest_key *, const struct plan_options *,
                      const char *const *only, size_t n_only);

bool plan_in_sync(const struct plan *); /* nothing to do and nothing differs */

#endif

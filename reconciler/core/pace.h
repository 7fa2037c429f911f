/* pace.h - who may be begun now, so that a roll-out goes no faster, and no further, than was asked.
 *
 * Only what may wait is held back: the replacement or the change in place of an agent that serves.
 * Whoever serves nobody, was left unfinished, or shall stop is worked on at any time.  Times are of
 * one clock, in milliseconds. */
#ifndef CORE_PACE_H
#define CORE_PACE_H

#include "core/plan.h"

struct pace {         /* how far a roll-out has come; all 0: it begins */
    size_t failed;    /* agents that failed in it */
    bool stopped;     /* one of them asked that it pauses then */
    int64_t ended_ms; /* the last replacement; 0: none did */
};

enum pace_verdict { PACE_BEGIN, PACE_LATER, PACE_PAUSED };

struct pace_turn {
    enum pace_verdict verdict;
    int64_t from_ms; /* PACE_LATER */
};

bool pace_may_wait(const struct agent_plan *);

/* It goes on only when a person asks for it, or something else is asked for. */
bool pace_is_paused(const struct pace *, const struct desired *);

/* May this agent be begun, as far as the others of the roll-out are concerned? */
struct pace_turn pace_turn(const struct agent_plan *, const struct desired *, const struct pace *,
                           int64_t now_ms);

/* Seconds until the agent's window opens, by the clock on the wall (core/window.h); 0: it need not
 * wait for it. */
int64_t pace_window_s(const struct agent_plan *, const struct tm *local);

#endif

/* Letting a box go: its calls end, then it is stopped, then removed. */
#include "core/rules_parts.h"

/* Since when no new call can have reached the box: its name says it, but for a candidate, which was
 * never reached by a name and may have been sent calls by a canary until this moment. */
static int64_t out_of_reach_ms(const struct box *b)
{
    return box_is_next(b) ? 0 : box_since_ms(b);
}

/* From when on every call that the witnesses do not show yet would have been heard of. */
static int64_t unseen_until_ms(const struct agent_view *v, const struct box *b)
{
    int64_t since = box_is_next(b) ? v->observed->heard.since_ms : box_since_ms(b);

    return since ? since + QUIET_MS : 0;
}

/* Where nobody is there to go on waiting, a candidate was given its time with its name. */
static int64_t waits_since_ms(const struct agent_view *v, const struct box *b)
{
    bool goes_on = box_is_next(b) && v->observed->heard.listens;

    return goes_on || !box_since_ms(b) ? b->waiting_ms : box_since_ms(b);
}

/* A call that began later is not on the box: it had lost its name by then. */
enum drain_verdict drain_find(const struct agent_view *v, const struct box *b,
                              enum role carrier_role, const struct box *carrier, struct calls *ret,
                              int64_t *ret_until_ms)
{
    int64_t since = out_of_reach_ms(b);

    *ret = calls_on(v->agent, carrier_role, carrier, v->observed, since ? since + QUIET_MS : 0);
    return drain_check(v->agent, ret, waits_since_ms(v, b), v->observed->now_ms, ret_until_ms);
}

struct step stop_when_idle(struct agent_view *v, enum role r, const struct box *b,
                           enum role carrier_role, const struct box *carrier, const char *why)
{
    int64_t now = v->observed->now_ms;
    struct step s = step_on_box(STEP_STOP, r, b, why);
    struct calls calls;

    if (v->options->now) {
        s.forced = true;
        return s;
    }
    if (now < unseen_until_ms(v, b) && role_holds_calls(carrier_role))
        return step_wait_until(r, b, GATE_QUIET, unseen_until_ms(v, b),
                               "a call that just began must have time to show");
    enum drain_verdict verdict = drain_find(v, b, carrier_role, carrier, &calls, &s.until_ms);
    s.calls = calls.n;
    s.oldest_ms = calls.oldest_ms;
    s.quiet_ms = calls.quiet_ms;
    s.lost = calls.lost;
    s.lost_ms = calls.lost_ms;
    s.forced = verdict == DRAIN_FORCE;
    if (verdict == DRAIN_WAIT) {
        s.kind = STEP_WAIT;
        s.gate = GATE_DRAIN;
        s.why = calls.witness ? "its live calls go on to their end"
                              : "nothing tells whether calls are on it: it gets its whole timeout";
    } else if (verdict == DRAIN_ABORT) {
        s.kind = STEP_HOLD;
        s.hold = HOLD_CALLS;
        s.why = "calls are still open after the drain timeout, and on_timeout is abort";
    }
    return s;
}

struct step let_go(struct agent_view *v, enum role r, const struct box *b, bool remove,
                   const char *why)
{
    if (!box_runs(b))
        return remove ? step_on_box(STEP_REMOVE, r, b, why) : step_rest(r);
    if (view_is_dialled(v, r, b))
        return step_rest(r);
    return stop_when_idle(v, r, b, r, b, why);
}

struct step drop_candidate(struct agent_view *v, enum role r, const struct box *b, const char *why)
{
    if (!box_runs(b))
        return step_on_box(STEP_REMOVE, r, b, why);
    return let_go(v, r, b, true, why);
}

struct step finish_drains(struct agent_view *v, enum role r)
{
    const struct slot *slot = &v->role[r].slot;
    struct step waiting = step_rest(r);

    for (size_t i = slot->n_drains; i-- > 0;) {
        struct step s = let_go(v, r, slot->drains[i], true, "replaced");
        if (s.kind == STEP_STOP || s.kind == STEP_REMOVE)
            return s;
        if (step_acts(&s) && !step_acts(&waiting))
            waiting = s;
    }
    return waiting;
}

struct step tidy_failures(struct agent_view *v, enum role r)
{
    const struct slot *slot = &v->role[r].slot;

    for (size_t i = 0; i < slot->n_stale; i++) {
        struct step s = let_go(v, r, slot->stale[i], true, "a leftover of an earlier try");
        if (step_acts(&s))
            return s;
    }
    return slot->failed ? let_go(v, r, slot->failed, false, "it failed; kept for its logs")
                        : step_rest(r);
}

/* The rule table: what an agent looks like -> the one next step.
 *
 * A slot passes through these states; each rule function below is one row of the table, and the
 * comment before it says what it looks at.  Time, health and calls are facts like any other, so
 * the table needs no memory of its own.
 *
 *     nobody holds the name        take_name
 *     the live box is down or bad  mend_live, or put back what it replaced
 *     the live box works           finish what was replaced, then replace it if it differs
 */
#include <string.h>

#include "base/text.h"
#include "core/canary_gate.h"
#include "core/fall_back.h"
#include "core/rules_parts.h"
#include "core/sets.h"

/* --- bringing a candidate up ----------------------------------------------------------------- */

static const char *bad_text(const struct box *b)
{
    return *b->health_text ? b->health_text : "it did not become ready";
}

static struct step fail(struct agent_view *v, enum role r, const struct box *b, const char *why)
{
    const struct slot *slot = &v->role[r].slot;

    if (slot->failed && !box_runs(slot->failed))
        return step_on_box(STEP_REMOVE, r, slot->failed,
                           "the logs of a newer failure take its place");
    return step_rename_to(v, r, b, PLACE_FAILED, why);
}

static struct step create_candidate(struct agent_view *v, enum role r)
{
    const struct role_view *rv = &v->role[r];
    struct step s;

    if (rv->wanted.pull) {
        s = step_with_wanted(step_make(STEP_PULL, r, rv->wanted.pull_why), rv);
        s.image = rv->wanted.image_ref;
        return s;
    }
    const char *why = rv->falls_back  ? "what is wanted failed: the previous image and settings"
                      : rv->slot.live ? "differs"
                                      : "missing";
    s = step_with_wanted(step_make(STEP_CREATE, r, why), rv);
    s.new_name = place_name(v->arena, PLACE_NEXT, v->observed->now_ms);
    s.attempt = view_attempt(v, r);
    return s;
}

/* Earlier failures are cleared away first, or with every try there would be one more. */
static struct step make_candidate(struct agent_view *v, enum role r)
{
    const struct box *failed = v->role[r].slot.failed;
    struct step s = tidy_failures(v, r);

    if (step_acts(&s) && !step_yields(&s))
        return s;
    if (view_failure_has_alias(v, r))
        return stop_when_idle(v, r, failed, r, failed,
                              "its successor will answer to the same alias");
    return create_candidate(v, r);
}

/* Until there is a candidate that is proven ready (or, for stop-first, created): NOTHING then. */
static struct step bring_up(struct agent_view *v, enum role r, bool may_start)
{
    const struct role_view *rv = &v->role[r];
    const struct box *next = rv->slot.next;

    if (next && !rv->next_fits) {
        struct step s = drop_candidate(v, r, next, "something else is wanted by now");
        if (!step_yields(&s))
            return s;
        next = NULL; /* calls are on it: it goes as a leftover once they have ended */
    }
    if (!next)
        return make_candidate(v, r);
    if (next->health == HEALTH_BAD)
        return fail(v, r, next, bad_text(next));
    if (!box_runs(next)) {
        struct step s = step_start(v, r, next, "candidate");
        return s.kind == STEP_CONNECT || may_start ? s : step_rest(r);
    }
    if (!may_start)
        return step_rest(r);
    if (next->health == HEALTH_UNKNOWN)
        return step_with_wanted(step_on_box(STEP_PROBE, r, next, "candidate"), rv);
    return step_rest(r);
}

/* --- the states of a slot -------------------------------------------------------------------- */

/* Nobody holds the name: whoever can serve takes it at once. */
static struct step take_name(struct agent_view *v, enum role r)
{
    const struct role_view *rv = &v->role[r];
    const struct box *next = rv->slot.next;
    const struct box *drain = rv->slot.n_drains ? rv->slot.drains[0] : NULL;

    if (next && view_is_dialled(v, r, next))
        return step_rename_to(v, r, next, PLACE_LIVE, "core dials it already");
    if (next && rv->next_fits && next->health == HEALTH_GOOD)
        return step_rename_to(v, r, next, PLACE_LIVE, "takes over");
    if (drain && !box_runs(drain) && rv->wanted.stop_first && next && rv->next_fits &&
        next->health != HEALTH_BAD)
        return step_rename_to(v, r, next, PLACE_LIVE, "takes over");
    if (rv->slot.stray)
        return step_rename_to(v, r, rv->slot.stray, PLACE_LIVE, "somebody else renamed it");
    if (drain)
        return step_rename_to(v, r, drain, PLACE_LIVE,
                              "put back: it serves until another is ready");
    if (rv->wanted.problem)
        return step_hold(r, HOLD_PROBLEM, rv->wanted.problem);
    if (rv->held)
        return step_hold_failed(r, rv);
    return r == ROLE_CORE && !set_is_ready(v) ? step_rest(r) : bring_up(v, r, true);
}

/* The live box replaced another that is still there and turned out bad: the two change places. */
static struct step roll_back(struct agent_view *v, enum role r, const char *why)
{
    const struct box *live = v->role[r].slot.live;
    const struct box *drain = v->role[r].slot.drains[0];

    /* Two that share a published port or a volume never run side by side. */
    if (v->role[r].wanted.stop_first && box_runs(live) && !box_runs(drain))
        return step_on_box(STEP_STOP, r, live, "it failed");
    return fail(v, r, live, why);
}

static bool live_is_down(const struct box *live)
{
    return !box_runs(live) || live->health == HEALTH_BAD || live->state == BOX_RESTARTING;
}

/* The live box is as wanted and does not work: what last proved itself takes its place, if that is
 * something else. */
static struct step give_up(struct agent_view *v, enum role r)
{
    const struct box *live = v->role[r].slot.live;
    const char *why = *live->health_text ? live->health_text : "it restarts again and again";

    if (!v->role[r].live_is_new)
        return step_hold(r, HOLD_UNHEALTHY, why);
    if (v->role[r].wanted.stop_first && box_runs(live))
        return step_on_box(STEP_STOP, r, live, "it failed");
    return fail(v, r, live, why);
}

/* A part of a set is replaced together with the others, which takes a while: one that is merely
 * down, and not known to be bad, serves until then. */
static bool serves_meanwhile(const struct role_view *rv)
{
    const struct box *live = rv->slot.live;

    return rv->wanted.as_set && !rv->wanted.stop_first && !box_runs(live) &&
           live->health != HEALTH_BAD;
}

/* The live box does not work, and nothing it replaced is left. */
static struct step mend_live(struct agent_view *v, enum role r)
{
    const struct role_view *rv = &v->role[r];
    const struct box *live = rv->slot.live;

    if (!rv->differs || rv->held) {
        if (live->health == HEALTH_BAD || live->state == BOX_RESTARTING)
            return give_up(v, r);
        return step_start(v, r, live, "not running");
    }
    if (serves_meanwhile(rv))
        return step_start(v, r, live, "it serves until the new set is ready");
    if (r == ROLE_CORE && !set_is_ready(v))
        return step_rest(r);
    struct step s = bring_up(v, r, !rv->wanted.stop_first);
    if (step_acts(&s))
        return s;
    if (rv->wanted.stop_first && box_runs(live))
        return step_on_box(STEP_STOP, r, live,
                           "does not work, and cannot run beside its successor");
    if (rv->wanted.as_set && r != ROLE_CORE && !rv->wanted.stop_first)
        return step_rest(r); /* core moves first */
    return step_rename_to(v, r, live, PLACE_DRAIN, "replaced");
}

/* The last gate before the live box loses its name. */
static struct step hand_over(struct agent_view *v, enum role r)
{
    const struct box *live = v->role[r].slot.live;
    int64_t until = v->options->now ? 0 : calls_setup_until(v->agent, v->observed);

    if (v->role[r].wanted.as_set && r != ROLE_CORE)
        return step_rest(r); /* core moves first; finish_set() does the rest */
    if (until)
        return step_wait_until(r, live, GATE_SETUP, until, "a call is just being set up");
    return step_rename_to(v, r, live, PLACE_DRAIN, "replaced");
}

/* Stop-first: the live box keeps the name until its calls have ended.  Those of a provider that is
 * asked turn by turn are on core, also on one that was replaced. */
static struct step stop_live(struct agent_view *v, enum role r)
{
    const struct slot *core = &v->role[ROLE_CORE].slot;
    const struct box *live = v->role[r].slot.live;
    bool calls_on_core = !role_holds_calls(r) && core->live;
    static const char why[] = "cannot run beside its successor";

    for (size_t i = 0; i < core->n_drains && !role_holds_calls(r); i++) {
        struct step s = stop_when_idle(v, r, live, ROLE_CORE, core->drains[i], why);
        if (box_runs(core->drains[i]) && s.kind != STEP_STOP)
            return s;
    }
    return stop_when_idle(v, r, live, calls_on_core ? ROLE_CORE : r,
                          calls_on_core ? core->live : live, why);
}

/* Core has moved on to the candidate: it only lacks the name.  While an older core still dials the
 * live box by that name, the name stays where it is. */
static struct step finish_set(struct agent_view *v, enum role r)
{
    const struct box *live = v->role[r].slot.live;

    if (view_is_dialled_by_name(v, r, live))
        return step_rest(r);
    return step_rename_to(v, r, live, PLACE_DRAIN, "core dials its successor");
}

/* What keeps calls from meeting the candidate keeps it from being made; the one that is there when
 * that begins stays. */
static struct step begin_canary(struct agent_view *v, enum role r)
{
    const struct box *next = v->role[r].slot.next;
    const char *obstacle = canary_obstacle(v, r);
    bool fits = next && v->role[r].next_fits;

    if (obstacle && (!next || fits))
        return step_hold(r, HOLD_CANARY, obstacle);
    if (fits && canary_is_asked(v, r) && next->state == BOX_EXITED && canary_had_calls(v, next))
        return fail(
            v, r, next,
            arena_printf(v->arena, "it ended (exit %d) while calls met it", next->exit_code));
    return step_rest(r);
}

/* The candidate is ready: some calls meet it before all do. */
static struct step stand_canary(struct agent_view *v, enum role r)
{
    const struct box *next = v->role[r].slot.next;

    if (!canary_is_asked(v, r))
        return step_rest(r);
    if (canary_is_missed(v, next))
        return fail(v, r, next,
                    "a call that was sent to it never reached it: does core obey sts_url (1.12 or "
                    "later)?");
    struct canary_judgement j = canary_stands(v, next);
    if (j.verdict == CANARY_BACK)
        return fail(v, r, next, j.why);
    return j.verdict == CANARY_GO ? step_rest(r)
                                  : step_wait_until(r, next, GATE_CANARY, j.until_ms, j.why);
}

static struct step replace_live(struct agent_view *v, enum role r)
{
    bool stop_first = v->role[r].wanted.stop_first;

    /* Two changes at once, and nobody could tell which of them calls went badly for. */
    if (r == ROLE_CORE && (!set_is_ready(v) || canary_is_open(v)))
        return step_rest(r);
    struct step s = begin_canary(v, r);
    if (!step_acts(&s))
        s = bring_up(v, r, !stop_first);
    if (!step_acts(&s))
        s = stand_canary(v, r);
    if (step_acts(&s))
        return s;
    return stop_first ? stop_live(v, r) : hand_over(v, r);
}

/* The live box is as wanted, or must do: what is left over goes, limits change in place. */
static struct step settle(struct agent_view *v, enum role r)
{
    const struct role_view *rv = &v->role[r];

    if (rv->slot.next)
        return drop_candidate(v, r, rv->slot.next, "not needed");
    if (rv->held)
        return step_hold_failed(r, rv);
    if (rv->wanted.problem)
        return step_hold(r, HOLD_PROBLEM, rv->wanted.problem);
    if (drifts_have(&rv->drifts, EFFECT_UPDATE))
        return step_with_wanted(step_on_box(STEP_UPDATE, r, rv->slot.live, "differs"), rv);
    if (rv->slot.failed && !box_runs(rv->slot.failed) && !rv->slot.n_drains &&
        v->observed->now_ms >= box_kept_until_ms(rv->slot.failed))
        return step_on_box(STEP_REMOVE, r, rv->slot.failed, "kept for its logs for long enough");
    return step_rest(r);
}

/* The live box replaced another a moment ago: it must prove itself before that one may go, and a
 * new core with all the providers that came with it. */
static struct step soak(struct agent_view *v, enum role r)
{
    const struct slot *slot = &v->role[r].slot;
    const struct box *live = slot->live, *asked = live;
    int64_t since = box_since_ms(slot->drains[0]);
    int64_t from = live->ready_ms > since ? live->ready_ms : since;
    int64_t until = from + v->agent->monitor_s * 1000;
    enum role role = r;

    if (live->health == HEALTH_UNKNOWN)
        return step_with_wanted(step_on_box(STEP_PROBE, r, live, "replaced another"), &v->role[r]);
    if (r == ROLE_CORE)
        role = set_least_asked(v, &asked);
    if (asked->health == HEALTH_UNKNOWN)
        return step_with_wanted(step_on_box(STEP_PROBE, role, asked, "the new core dials it"),
                                &v->role[role]);
    if (v->observed->now_ms < until)
        return step_with_wanted(step_wait_until(r, asked, GATE_SOAK, until,
                                                "must stay ready before the old one may go"),
                                &v->role[role]);
    return step_rest(r);
}

/* As soak(), where what was replaced is gone: what last proved itself is made again if need be. */
static struct step stand_trial(struct agent_view *v, enum role r)
{
    enum role role = trial_least_asked(v);
    const struct role_view *asked = &v->role[role];
    const struct box *b = asked->slot.live;

    if (b->health == HEALTH_UNKNOWN)
        return step_with_wanted(
            step_on_box(STEP_PROBE, role, b, "new, and what it replaced is gone"), asked);
    int64_t until = b->started_ms + v->agent->monitor_s * 1000;
    return step_with_wanted(step_wait_until(r, b, GATE_SOAK, until, "must stay ready"), asked);
}

/* Who has nothing better to do clears away what failed. */
static struct step or_tidy(struct agent_view *v, enum role r, struct step s)
{
    if (step_acts(&s) && !step_yields(&s))
        return s;
    struct step tidy = tidy_failures(v, r);
    return step_acts(&tidy) && !step_yields(&tidy) ? tidy : step_first_of(&s, &tidy);
}

static struct step slot_next(struct agent_view *v, enum role r)
{
    const struct role_view *rv = &v->role[r];
    const struct slot *slot = &rv->slot;
    const struct box *live = slot->live;

    if (slot->foreign)
        return step_hold(r, HOLD_CONFLICT,
                         arena_printf(v->arena,
                                      "the name %s is held by a container that is not ours",
                                      slot->name));
    if (!live)
        return or_tidy(v, r, take_name(v, r));
    if (slot->stray)
        return step_rename_to(v, r, slot->stray, PLACE_DRAIN, "somebody else renamed it");
    if (slot->next && box_runs(slot->next) && view_is_dialled(v, r, slot->next))
        return finish_set(v, r);
    if (live->state == BOX_PAUSED)
        return step_hold(r, HOLD_CONFLICT, "somebody has paused it");
    if (slot->n_drains && (live->health == HEALTH_BAD || live->state == BOX_RESTARTING))
        return roll_back(v, r, bad_text(live));
    if (slot->n_drains && !box_runs(live))
        return step_start(v, r, live, "not running");
    if (live_is_down(live))
        return or_tidy(v, r, mend_live(v, r));

    struct step waiting = step_rest(r), s;
    if (slot->n_drains) {
        s = soak(v, r);
        if (step_acts(&s))
            return s;
        waiting = finish_drains(v, r);
        if (step_acts(&waiting) && !step_yields(&waiting))
            return waiting;
    }
    if (is_on_trial(v, r))
        return stand_trial(v, r);
    s = tidy_failures(v, r);
    if (step_acts(&s) && !step_yields(&s))
        return s;
    waiting = step_first_of(&waiting, &s);
    s = rv->differs && !rv->held ? replace_live(v, r) : settle(v, r);
    return step_acts(&s) && !step_yields(&s) ? s : step_first_of(&waiting, &s);
}

/* --- agents ---------------------------------------------------------------------------------- */

/* Everything of this role goes, once nobody uses it: the agent was stopped, or its mode changed. */
static struct step retire(struct agent_view *v, enum role r, const char *why)
{
    const struct slot *slot = &v->role[r].slot;
    const struct box *const rests[] = {slot->next, slot->failed};
    int64_t until = v->options->now ? 0 : calls_setup_until(v->agent, v->observed);

    if (slot->stray)
        return step_rename_to(v, r, slot->stray, PLACE_DRAIN, why);
    for (size_t i = 0; i < 2; i++)
        if (rests[i])
            return drop_candidate(v, r, rests[i], why);
    if (slot->live && r == ROLE_CORE && box_runs(slot->live)) {
        /* Core loses its name first, so that no new call begins on an agent that is to stop. */
        if (until)
            return step_wait_until(r, slot->live, GATE_SETUP, until, "a call is just being set up");
        return step_rename_to(v, r, slot->live, PLACE_DRAIN, why);
    }
    if (slot->n_drains || slot->n_stale) {
        struct step s = finish_drains(v, r);
        return step_acts(&s) ? s : tidy_failures(v, r);
    }
    return slot->live ? let_go(v, r, slot->live, true, why) : step_rest(r);
}

static struct step stop_agent(struct agent_view *v, const char *why)
{
    for (int r = ROLE_CORE; r >= 0; r--) {
        struct step s = retire(v, (enum role)r, why);
        if (step_acts(&s))
            return s;
    }
    return step_rest(ROLE_CORE);
}

/* The second of two renames: a name is free, and a container is there that can have it. */
static struct step fill_name(struct agent_view *v)
{
    for (enum role r = 0; r < ROLE__N; r++) {
        if (!v->role[r].wanted.spec || v->role[r].slot.live)
            continue;
        struct step s = slot_next(v, r);
        if (s.kind == STEP_RENAME && !place_is_temporary(s.new_name))
            return s;
    }
    return step_rest(ROLE_CORE);
}

/* A free name comes first, then a set with a dead part, then a role that nobody serves, whatever
 * else is under way; then in start order. */
static struct step run_agent(struct agent_view *v)
{
    const struct slot *core = &v->role[ROLE_CORE].slot;
    struct step waiting = fill_name(v);

    if (step_acts(&waiting))
        return waiting;
    if (core->live && core->live->state != BOX_PAUSED && !core->foreign && set_broken(v))
        return roll_back(v, ROLE_CORE, set_broken(v));
    for (int turn = 0; turn < 2; turn++)
        for (enum role r = 0; r < ROLE__N; r++) {
            bool is_wanted = v->role[r].wanted.spec;
            const struct box *live = v->role[r].slot.live;
            if (turn == 0 && (!is_wanted || (live && box_runs(live))))
                continue;
            struct step s =
                is_wanted ? slot_next(v, r) : retire(v, r, "not part of the agent any more");
            if (!step_acts(&s))
                continue;
            if (!step_yields(&s))
                return s;
            waiting = step_first_of(&waiting, &s);
        }
    return waiting;
}

/* The second of our two renames is not put off: callers find nobody meanwhile. */
static bool fills_our_gap(const struct agent_view *v, const struct step *s)
{
    const struct slot *slot = &v->role[s->role].slot;

    return s->kind == STEP_RENAME && !slot->live && slot->next && slot->n_drains &&
           text_is(s->box_id, slot->next->id);
}

/* Somebody else is at work on these containers, and the database does not say yet what for: what he
 * takes away is not put back, and what he makes not removed, before he can have told it. */
static struct step unless_others_work(const struct agent_view *v, struct step s)
{
    int64_t until = v->options->others_until_ms;
    bool changes =
        step_acts(&s) && s.kind != STEP_HOLD && s.kind != STEP_WAIT && s.kind != STEP_PROBE;

    if (v->observed->now_ms >= until || !changes || fills_our_gap(v, &s))
        return s;
    s = step_make(STEP_WAIT, s.role, "somebody else is at work on its containers");
    s.gate = GATE_OTHERS;
    s.until_ms = until;
    return s;
}

static struct step unpaused(struct agent_view *v)
{
    switch (v->agent->wish) {
    case WISH_RUN:
        return run_agent(v);
    case WISH_STOP:
        return stop_agent(v, "the agent was stopped");
    case WISH_ABSENT:
        break;
    }
    return stop_agent(v, "nobody asks for it any more");
}

/* Hands off, also from a container that died.  Only a name that a hand-over has just left free is
 * given to whoever takes it next: a pause must not make an agent unreachable. */
static struct step paused(struct agent_view *v, const struct step *s)
{
    bool gives_name = s->kind == STEP_RENAME && !place_is_temporary(s->new_name);

    if (s->kind == STEP_NOTHING || (gives_name && !v->role[s->role].slot.live))
        return *s;
    return step_hold(s->role, HOLD_PAUSED,
                     order_text(v->arena, v->agent->pause, v->observed->now_ms));
}

struct step view_next(struct agent_view *v)
{
    if (v->agent->problem)
        return step_hold(ROLE_CORE, HOLD_PROBLEM, v->agent->problem);
    struct step s = unless_others_work(v, unpaused(v));
    return v->agent->pause ? paused(v, &s) : s;
}

struct step agent_next(struct arena *a, const struct desired *d, const struct agent *agent,
                       const struct observed *o, const struct digest_key *key,
                       const struct plan_options *options)
{
    struct agent_view *v = arena_alloc(a, sizeof *v);

    view_make(a, d, agent, o, key, options, v);
    return view_next(v);
}

#include "render/agent_status.h"

#define STATES(X)                                                                                  \
    X(IN_SYNC, "in_sync", "in sync", GREEN)                                                        \
    X(DRIFTED, "drifted", "drifted", YELLOW)                                                       \
    X(REPLACING, "replacing", "replacing", CYAN)                                                   \
    X(HELD, "held", "held", RED)                                                                   \
    X(ORPHAN, "orphan", "orphan", CYAN)                                                            \
    X(STOPPED, "stopped", "stopped", DIM)                                                          \
    X(PAUSED, "paused", "paused", CYAN)

#define X(state, word, words, style) [STATE_##state] = (word),
const char *const agent_state_word[STATE__N] = {STATES(X)};
#undef X
#define X(state, word, words, style) [STATE_##state] = (words),
static const char *const state_words[STATE__N] = {STATES(X)};
#undef X
#define X(state, word, words, style) [STATE_##state] = (style),
static const enum style state_style[STATE__N] = {STATES(X)};
#undef X

static bool is_worked_on(const struct render *r, const struct agent_plan *plan)
{
    return r->works_on && r->works_on(r->works_ctx, plan->agent->id);
}

/* Whoever is worked on is not done, though all may be as asked for already; what holds an agent is
 * said all the same. */
enum agent_state agent_state(const struct render *r, const struct agent_plan *plan)
{
    static const enum agent_state states[] = {
        [VERDICT_SYNC] = STATE_IN_SYNC,   [VERDICT_REPLACE] = STATE_DRIFTED,
        [VERDICT_UPDATE] = STATE_DRIFTED, [VERDICT_LIVE] = STATE_DRIFTED,
        [VERDICT_CREATE] = STATE_DRIFTED, [VERDICT_START] = STATE_DRIFTED,
        [VERDICT_REMOVE] = STATE_DRIFTED, [VERDICT_UNDERWAY] = STATE_REPLACING,
        [VERDICT_HOLD] = STATE_HELD,      [VERDICT_ORPHAN] = STATE_ORPHAN,
    };
    enum verdict verdict = verdict_of(plan);

    if (plan->agent->pause)
        return STATE_PAUSED;
    if (is_worked_on(r, plan) &&
        (states[verdict] == STATE_DRIFTED || states[verdict] == STATE_IN_SYNC))
        return STATE_REPLACING;
    return verdict == VERDICT_SYNC && plan->agent->wish != WISH_RUN ? STATE_STOPPED
                                                                    : states[verdict];
}

static const char *drift_note(struct arena *a, const struct render *r,
                              const struct agent_plan *plan)
{
    struct text t = {.arena = a};
    size_t shown = 0, all = 0;

    for (size_t i = 0; i < plan->n_roles; i++) {
        const struct role_plan *role = &plan->roles[i];
        if (role->verdict == VERDICT_REMOVE) {
            text_printf(&t, "%s%s is to be removed", t.len ? "; " : "", role_name[role->role]);
            continue;
        }
        if (role->reason)
            text_printf(&t, "%s%s %s", t.len ? "; " : "", role_name[role->role],
                        why_until(a, r, role->reason, role->held_until_ms));
        for (size_t k = 0; k < role->drifts.n; k++, all++) {
            const struct drift *d = &role->drifts.items[k];
            if (shown == 3)
                continue;
            text_printf(&t, "%s%s %s", t.len ? ", " : "", role_name[role->role],
                        d->key ? d->key : d->field);
            shown++;
        }
    }
    if (all > shown)
        text_printf(&t, " and %zu more", all - shown);
    return text_str(&t);
}

/* The orders, and what differs; of an agent that is held for another reason that one. */
static const char *note_of(struct arena *a, const struct render *r, const struct agent_plan *plan)
{
    struct sentences orders = orders_said(a, r, plan->agent);
    bool paused = plan->hold.hold == HOLD_PAUSED;
    struct text t = {.arena = a};

    for (size_t i = 0; i < orders.n; i++)
        text_printf(&t, "%s%s", t.len ? "; " : "", orders.items[i]);
    const struct held held = held_make(a, plan);
    const char *rest = is_left_alone(plan) && !paused ? why_until(a, r, held.why, held.until_ms)
                                                      : drift_note(a, r, plan);
    text_printf(&t, "%s%s", t.len && *rest ? "; " : "", rest);
    return text_str(&t);
}

/* Calls that do not look like calls, since nobody else tells of them. */
static const char *calls_note(struct arena *a, const struct agent_plan *plan, int64_t now_ms)
{
    const char *lost = lost_text(a, plan, now_ms);
    const char *open = plan->quiet_ms ? "open calls without a connection" : NULL;

    return open && lost ? arena_printf(a, "%s, %s", open, lost) : open ? open : lost;
}

static const char *joined(struct arena *a, const char *note, const char *more)
{
    return more ? arena_printf(a, "%s%s%s", note, *note ? "; " : "", more) : note;
}

/* How calls go that meet the candidate first; NULL: none do. */
static const char *canary_note(struct arena *a, const struct agent_plan *plan)
{
    for (size_t i = 0; i < plan->n_steps; i++)
        if (plan->steps[i].gate == GATE_CANARY && !text_starts(plan->steps[i].box_id, "new-"))
            return arena_printf(a, "canary: %s", plan->steps[i].why);
    return NULL;
}

static int64_t uptime_s(const struct agent_status *s, int64_t now_ms)
{
    if (!s->speaker || s->speaker->state != BOX_RUNNING || !s->speaker->started_ms)
        return -1;
    return (now_ms - s->speaker->started_ms) / 1000;
}

/* The engine's restart policy may hold a container that dies again and again at "restarting". */
static bool serves(const struct box *b)
{
    return b->state == BOX_RUNNING && b->health != HEALTH_BAD &&
           b->engine_health != ENGINE_HEALTH_BAD;
}

/* Of one that cannot be built nothing is known to be wanted, so it must at least run. */
bool agent_is_ready(const struct agent_plan *plan)
{
    bool some = plan->agent->wish != WISH_RUN;

    for (size_t i = 0; i < plan->n_roles; i++) {
        const struct role_plan *role = &plan->roles[i];
        if (role->wanted && !(role->live && serves(role->live)))
            return false;
        some |= role->live && serves(role->live);
    }
    return some;
}

/* When the first back-off of its roles ends; -1: there is none. */
static int64_t held_until(const struct agent_plan *plan)
{
    int64_t first = -1;

    for (size_t i = 0; i < plan->n_roles; i++) {
        int64_t ms = plan->roles[i].held_until_ms;
        first = ms && (first < 0 || ms < first) ? ms : first;
    }
    return first;
}

struct agent_status agent_status_make(struct arena *a, const struct render *r,
                                      const struct agent_plan *plan)
{
    enum agent_state state = agent_state(r, plan);
    struct agent_status s = {.state = state,
                             .words = state_words[state],
                             .style = state_style[state],
                             .mode = plan->agent->pipeline ? "pipeline" : "sts",
                             .ready = agent_is_ready(plan)};
    enum role speaks = plan->agent->pipeline ? ROLE_CORE : ROLE_STS;

    for (size_t i = 0; i < plan->n_roles; i++) {
        const struct role_plan *role = &plan->roles[i];
        s.wanted +=
            role->wanted || role->verdict == VERDICT_ORPHAN || role->verdict == VERDICT_HOLD;
        if (!role->live)
            continue;
        s.running += role->live->state == BOX_RUNNING;
        if (!s.speaker || role->role == speaks)
            s.speaker = role->live;
    }
    s.note = note_of(a, r, plan);
    s.note = joined(a, s.note, window_note(a, r, plan));
    s.note = joined(a, s.note, canary_note(a, plan));
    s.note = joined(a, s.note, calls_note(a, plan, r->now_ms));
    s.uptime_s = uptime_s(&s, r->now_ms);
    s.until_ms = held_until(plan);
    return s;
}

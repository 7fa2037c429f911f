/* The diff: a head, a block for every agent that is not as asked for, and a closing sentence that
 * says what it means for live calls. */
#include "core/find.h"
#include "render/drift.h"
#include "base/visible.h"

struct mark {
    const char *sign;
    enum style style;
};

static const struct mark role_marks[] = {
    [VERDICT_SYNC] = {"=", GREEN},    [VERDICT_REPLACE] = {"-/+", YELLOW},
    [VERDICT_UPDATE] = {"±", YELLOW}, [VERDICT_LIVE] = {"~", CYAN},
    [VERDICT_CREATE] = {"+", GREEN},  [VERDICT_START] = {"▶", GREEN},
    [VERDICT_REMOVE] = {"-", RED},    [VERDICT_UNDERWAY] = {"…", YELLOW},
    [VERDICT_HOLD] = {"!", RED},      [VERDICT_ORPHAN] = {"?", CYAN},
};

static struct mark agent_mark(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_SYNC:
        return (struct mark){"=", GREEN};
    case VERDICT_HOLD:
        return (struct mark){"!", RED};
    case VERDICT_ORPHAN:
        return (struct mark){"?", CYAN};
    default:
        return (struct mark){"≠", YELLOW};
    }
}

static bool needs_restart_or_update(const struct drift *d)
{
    return d->effect != EFFECT_LIVE;
}

static bool is_live(const struct drift *d)
{
    return d->effect == EFFECT_LIVE;
}

/* "30m", "1h": a limit that people wrote is round, and reads better so. */
static const char *round_duration(struct arena *a, int64_t seconds)
{
    static const int64_t units[] = {86400, 3600, 60};
    static const char *const words[] = {"d", "h", "m"};

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (seconds >= units[i] && seconds % units[i] == 0)
            return arena_printf(a, "%lld%s", (long long)(seconds / units[i]), words[i]);
    return text_duration(a, seconds);
}

static const char *limit_text(struct arena *a, const struct agent *agent)
{
    if (agent->drain.timeout_s <= 0)
        return "";
    const char *limit = round_duration(a, agent->drain.timeout_s);
    switch (agent->drain.on_timeout) {
    case ON_TIMEOUT_FORCE:
        return arena_printf(a, " (limit %s, then they are cut)", limit);
    case ON_TIMEOUT_ABORT:
        return arena_printf(a, " (limit %s, then it is given up)", limit);
    case ON_TIMEOUT_WAIT:
        break; /* then it waits on: that is no limit */
    }
    return "";
}

static bool is_forced(const struct agent_plan *plan)
{
    for (size_t i = 0; i < plan->n_steps; i++)
        if (plan->steps[i].forced)
            return true;
    return false;
}

static const char *replace_text(struct arena *a, const struct agent_plan *plan,
                                const struct role_plan *role)
{
    const char *limit = limit_text(a, plan->agent);

    if (role->live && !box_runs(role->live))
        return "is replaced at once, no call is on it";
    if (is_forced(plan))
        return plan->live_calls == 0 ? "at once, no call is on the old container"
                                     : "at once: the calls on the old container are cut";
    if (role->wanted->as_set && role->role != ROLE_CORE)
        return "changes together with core, so that no call sees mixed settings";
    if (role->wanted->stop_first)
        return arena_printf(a, "waits until no call is on it, then stops the old one first%s",
                            limit);
    if (plan->live_calls == 0)
        return "new calls move at once, no call is on the old container";
    if (plan->quiet_ms)
        return "new calls move at once; a call that has no connection for 2m is a lost end";
    if (plan->live_calls < 0)
        return arena_printf(a, "new calls move at once, live ones finish on the old container%s",
                            limit);
    return arena_printf(a, "new calls move at once, the %d live %s on the old container%s",
                        plan->live_calls, plan->live_calls == 1 ? "call finishes" : "calls finish",
                        limit);
}

static const char *remove_text(const struct agent_plan *plan, const struct role_plan *role)
{
    if (!role->live)
        return "what is left of it is removed once no call is on it";
    if (!box_runs(role->live))
        return "does not run, and is removed";
    if (!is_forced(plan))
        return "is stopped and removed once no call is on it";
    return plan->live_calls == 0 ? "is stopped and removed at once, no call is on it"
                                 : "is stopped and removed at once: the calls on it are cut";
}

static const char *role_text(struct arena *a, const struct agent_plan *plan,
                             const struct role_plan *role)
{
    switch (role->verdict) {
    case VERDICT_REPLACE:
        return replace_text(a, plan, role);
    case VERDICT_UPDATE:
        return "changed in place, no restart";
    case VERDICT_LIVE:
        return "no restart, the next call sees it";
    case VERDICT_CREATE:
        return arena_printf(a, "is created from %s", wanted_image(a, role->wanted));
    case VERDICT_START:
        return "is started";
    case VERDICT_REMOVE:
        return remove_text(plan, role);
    case VERDICT_UNDERWAY:
        return ""; /* its reason says it all */
    case VERDICT_HOLD:
        return "left as it is";
    case VERDICT_ORPHAN:
        return "kept";
    case VERDICT_SYNC:
        break;
    }
    return "";
}

static void put_role_line(struct text *t, const struct render *r, struct mark mark,
                          const struct role_plan *role, const char *sentence)
{
    text_add(t, "  ");
    put_cell(t, r, mark.style, mark.sign, 3);
    text_add(t, " ");
    if (*sentence) {
        put_cell(t, r, BOLD, role_name[role->role], 4);
        text_add(t, "  ");
        put(t, r, PLAIN, sentence);
    } else {
        put(t, r, BOLD, role_name[role->role]);
    }
    text_add(t, "\n");
}

/* The reason of a held role is mostly the one of its agent. */
static bool is_said_above(struct arena *a, const struct agent_plan *plan,
                          const struct role_plan *role)
{
    return is_left_alone(plan) && text_is(role->reason, held_make(a, plan).why);
}

static void put_role(struct text *t, const struct render *r, const struct agent_plan *plan,
                     const struct role_plan *role)
{
    bool live = drifts_have(&role->drifts, EFFECT_LIVE);
    const char *sentence = role_text(t->arena, plan, role);

    if (role->verdict != VERDICT_LIVE) {
        if (role->reason && !is_said_above(t->arena, plan, role))
            sentence = arena_printf(t->arena, "%s%s%s",
                                    why_until(t->arena, r, role->reason, role->held_until_ms),
                                    *sentence ? ": " : "", sentence);
        put_role_line(t, r, role_marks[role->verdict], role, sentence);
        put_drifts(t, r, role, needs_restart_or_update);
    }
    if (!live)
        return;
    put_role_line(t, r, role_marks[VERDICT_LIVE], role, "no restart, the next call sees it");
    put_drifts(t, r, role, is_live);
}

static void put_held(struct text *t, const struct render *r, const struct agent_plan *plan)
{
    struct held h = held_make(t->arena, plan);

    put_spaces(t, 6);
    put(t, r, plan->verdict == VERDICT_ORPHAN ? PLAIN : RED,
        why_until(t->arena, r, h.why, h.until_ms));
    if (h.at) {
        put_spaces(t, 3);
        put(t, r, DIM, h.at);
    }
    text_add(t, "\n");
    if (!h.advice)
        return;
    put_spaces(t, 6);
    put(t, r, PLAIN, h.advice);
    text_add(t, "\n");
}

static void put_window(struct text *t, const struct render *r, const struct agent_plan *plan)
{
    const char *note = window_note(t->arena, r, plan);

    if (!note)
        return;
    put_spaces(t, 6);
    put(t, r, CYAN, note);
    text_add(t, "\n");
}

static void put_steps(struct text *t, const struct render *r, const struct agent_plan *plan)
{
    if (plan->n_steps)
        text_add(t, "      steps\n");
    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];
        text_printf(t, "      %3zu  %-4s  ", i + 1, role_name[s->role]);
        put(t, r, DIM, render_step(t->arena, s));
        text_add(t, "\n");
    }
}

/* A pause is why it is held, and said there. */
static void put_orders(struct text *t, const struct render *r, const struct agent_plan *plan)
{
    struct sentences orders = orders_said(t->arena, r, plan->agent);

    for (size_t i = plan->hold.hold == HOLD_PAUSED; i < orders.n; i++) {
        put_spaces(t, 6);
        put(t, r, CYAN, arena_printf(t->arena, "order: %s", orders.items[i]));
        text_add(t, "\n");
    }
}

static void put_agent(struct text *t, const struct render *r, const struct agent_plan *plan)
{
    struct mark mark = agent_mark(verdict_of(plan));

    put(t, r, mark.style, mark.sign);
    text_add(t, " ");
    put(t, r, BOLD, agent_title(plan->agent));
    if (plan->verdict != VERDICT_SYNC && plan->verdict != VERDICT_CREATE) {
        put_spaces(t, 3);
        put(t, r, DIM, calls_text(t->arena, plan, r->now_ms));
    }
    text_add(t, "\n");
    if (is_left_alone(plan))
        put_held(t, r, plan);
    put_orders(t, r, plan);
    put_window(t, r, plan);
    for (size_t i = 0; i < plan->n_roles; i++)
        put_role(t, r, plan, &plan->roles[i]);
    if (r->verbose || (plan->verdict == VERDICT_SYNC && plan->n_steps))
        put_steps(t, r, plan);
    text_add(t, "\n");
}

static const char *calls_sentence(struct arena *a, const struct tally *c)
{
    if (c->cut_unknown)
        return "Live calls will be cut.";
    if (c->calls_cut)
        return arena_printf(a, "%zu live %s will be cut.", c->calls_cut,
                            plural(c->calls_cut, "call", "calls"));
    return c->cut_late ? "Calls that are open after their limit will be cut."
                       : "No call will be cut.";
}

static void add_count(struct text *t, size_t n, const char *words)
{
    if (n)
        text_printf(t, ", %zu %s", n, words);
}

static void put_summary(struct text *t, const struct render *r, const struct plan *plan)
{
    struct tally c = tally_make(plan);
    bool work = c.replace + c.update + c.create + c.start + c.remove + c.underway > 0;

    text_printf(t, "%zu to replace, %zu live %s, %zu to create, %zu to remove", c.replace, c.live,
                plural(c.live, "change", "changes"), c.create, c.remove);
    add_count(t, c.update, "to change in place");
    add_count(t, c.start, "to start");
    add_count(t, c.underway, "to finish");
    add_count(t, c.held, "held");
    add_count(t, c.orphans, "no longer asked for");
    text_printf(t, ", %zu in sync. ", c.in_sync);
    put(t, r, c.calls_cut || c.cut_unknown || c.cut_late ? RED : GREEN,
        calls_sentence(t->arena, &c));
    text_add(t, "\n");
    if (work)
        text_add(t, "Apply with:  avr-reconciler apply\n");
}

static const char *counts_text(struct arena *a, const struct plan *plan)
{
    return arena_printf(a, "%zu %s, %zu %s", plan->n_agents,
                        plural(plan->n_agents, "agent", "agents"), plan->n_containers,
                        plural(plan->n_containers, "container", "containers"));
}

static void put_head(struct text *t, const struct render *r, const struct plan *plan)
{
    put(t, r, BOLD, r->sources);
    text_add(t, "  against  ");
    put(t, r, BOLD, r->engine);
    put_spaces(t, 6);
    text_add(t, counts_text(t->arena, plan));
    text_add(t, "\n");
}

void put_notices(struct text *t, const struct render *r, const struct desired *d,
                 const struct plan *plan)
{
    size_t n;
    const char *const *notices = notices_make(t->arena, d, plan, &n);

    for (size_t i = 0; i < n; i++) {
        put(t, r, YELLOW, "note: ");
        put(t, r, PLAIN, notices[i]);
        text_add(t, "\n");
    }
}

const char *render_plan(struct arena *a, const struct render *r, const struct desired *d,
                        const struct plan *plan)
{
    struct text t = {.arena = a};
    bool in_sync = plan_in_sync(plan);

    if (in_sync && !r->verbose) {
        put_notices(&t, r, d, plan);
        text_add(&t, counts_text(a, plan));
        text_add(&t, ": ");
        put(&t, r, GREEN, "in sync");
        text_add(&t, ".\n");
        return text_str(&t);
    }
    put_head(&t, r, plan);
    put_notices(&t, r, d, plan);
    text_add(&t, "\n");
    for (size_t i = 0; i < plan->n_agents; i++)
        if (r->verbose || verdict_of(&plan->agents[i]) != VERDICT_SYNC)
            put_agent(&t, r, &plan->agents[i]);
    if (in_sync)
        text_add(&t, "Everything is in sync.\n");
    else
        put_summary(&t, r, plan);
    return text_str(&t);
}

const char *render_names(struct arena *a, const struct plan *plan, bool differing)
{
    struct text t = {.arena = a};

    for (size_t i = 0; i < plan->n_agents; i++)
        if (!differing || verdict_of(&plan->agents[i]) != VERDICT_SYNC)
            text_printf(&t, "%s\n", visible_text(a, agent_title(plan->agents[i].agent)));
    return text_str(&t);
}

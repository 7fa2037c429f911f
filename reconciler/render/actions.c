#include "render/actions.h"

#include "base/out.h"
#include "core/wish.h"
#include "render/parts.h"

/* An order as if it had been given: what it makes of the agent, or why it cannot be. */
struct supposed {
    const char *refused; /* NULL: it can be given */
    struct agent agent;
    const char *more;  /* of the command line, after the agent; NULL: nothing */
    const char *words; /* what it does besides what a plan shows; NULL: nothing */
    bool works;        /* it leads to work on containers, which `now` may hurry */
    bool prunes;
};

struct asking {
    struct arena *arena;
    const struct render *render;
    const struct agent_page *page;
    const struct alone *alone;
};

typedef void suppose(const struct asking *, struct supposed *);

static const struct order *order_of(const struct asking *q, struct order o)
{
    o.agent_id = q->page->plan->agent->id;
    o.at_ms = q->render->now_ms;
    return arena_memdup(q->arena, &o, sizeof o);
}

static void suppose_apply(const struct asking *q, struct supposed *s)
{
    s->works = true;
    s->prunes = q->page->plan->verdict == VERDICT_ORPHAN;
    if (s->prunes)
        s->more = " --prune";
}

static void suppose_restart(const struct asking *q, struct supposed *s)
{
    s->works = true;
    s->agent.restart = order_of(q, (struct order){.kind = ORDER_RESTART});
    if (s->agent.wish != WISH_RUN)
        s->refused = arena_printf(q->arena, "it is stopped (%s): there is nothing to restart",
                                  origin_text(q->arena, &s->agent.wish_origin));
}

static void suppose_rollback(const struct asking *q, struct supposed *s)
{
    const struct generation *goal = q->page->goal;

    s->works = true;
    if (!goal) {
        s->refused = q->page->no_goal;
        return;
    }
    s->agent.rollback =
        order_of(q, (struct order){.kind = ORDER_ROLLBACK,
                                   .to_generation = goal->number,
                                   .away_from = asked_wish(q->arena, q->render->key, &s->agent)});
    s->agent.goal = goal;
    s->more = arena_printf(q->arena, " --to %u", goal->number);
    s->words = arena_printf(q->arena, "back to generation %u", goal->number);
}

static void suppose_pause(const struct asking *q, struct supposed *s)
{
    s->words = "nothing is done to it, not even if a container dies, until it is resumed";
    if (s->agent.pause)
        s->refused = "it is paused already";
    s->agent.pause = order_of(q, (struct order){.kind = ORDER_PAUSE});
}

static void suppose_resume(const struct asking *q, struct supposed *s)
{
    (void)q;
    if (!s->agent.pause && !s->agent.rollback)
        s->refused = "it is neither paused nor rolled back";
    else if (!s->agent.pause)
        s->agent.rollback = NULL;
    s->agent.pause = NULL;
}

static void suppose_stop(const struct asking *q, struct supposed *s)
{
    (void)q;
    s->works = true;
    if (s->agent.stop)
        s->refused = "it is stopped by an order already";
    s->agent.wish = WISH_STOP;
}

/* The sources may have stopped it as well, and theirs is not ours to take back. */
static void suppose_start(const struct asking *q, struct supposed *s)
{
    s->works = true;
    if (s->agent.wish != WISH_RUN && s->agent.wish_origin.kind != FROM_ORDER)
        s->refused = arena_printf(q->arena, "it does not run because of %s: change it there",
                                  origin_text(q->arena, &s->agent.wish_origin));
    else if (!s->agent.stop)
        s->refused = "it is not stopped";
    s->agent.wish = WISH_RUN;
    s->agent.stop = NULL;
}

static const struct {
    const char *verb;
    suppose *suppose;
} actions[] = {
    {"apply", suppose_apply}, {"restart", suppose_restart}, {"rollback", suppose_rollback},
    {"pause", suppose_pause}, {"resume", suppose_resume},   {"stop", suppose_stop},
    {"start", suppose_start},
};

/* --- what would come of it ------------------------------------------------------------------- */

static struct agent_plan ask(const struct asking *q, const struct supposed *s, bool now)
{
    struct plan_options options = {.now = now, .prune = s->prunes};

    return what_if(q->arena, q->alone, &s->agent, q->render->key, &options);
}

static void put_part(struct text *t, const char *part)
{
    text_printf(t, "%s%s", t->len ? "; " : "", part);
}

/* "replaces core and sts" */
static void put_deed(struct text *t, const struct agent_plan *plan, enum verdict verdict,
                     const char *deed)
{
    struct text roles = {.arena = t->arena};

    for (size_t i = 0; i < plan->n_roles; i++)
        if (plan->roles[i].verdict == verdict)
            text_printf(&roles, "%s%s", roles.len ? ", " : "", role_name[plan->roles[i].role]);
    if (roles.len)
        put_part(t, arena_printf(t->arena, "%s %s", deed, text_str(&roles)));
}

static void put_calls(struct text *t, const struct agent_plan *plan)
{
    bool forced = false, waits = false;

    for (size_t i = 0; i < plan->n_steps; i++) {
        forced |= plan->steps[i].forced;
        waits |= plan->steps[i].gate == GATE_DRAIN;
    }
    if (forced)
        put_part(t, plan->live_calls < 0
                        ? "cuts live calls, nobody knows how many"
                        : arena_printf(t->arena, "cuts %d live %s", plan->live_calls,
                                       plural((size_t)plan->live_calls, "call", "calls")));
    else if (waits && plan->live_calls > 0)
        put_part(t, arena_printf(t->arena, "%d live %s to the end first", plan->live_calls,
                                 plural((size_t)plan->live_calls, "call goes", "calls go")));
}

static const char *text_of(const struct asking *q, const struct supposed *s,
                           const struct agent_plan *plan)
{
    static const struct {
        enum verdict verdict;
        const char *deed;
    } deeds[] = {{VERDICT_CREATE, "creates"},   {VERDICT_START, "starts"},
                 {VERDICT_REPLACE, "replaces"}, {VERDICT_UPDATE, "changes in place"},
                 {VERDICT_REMOVE, "removes"},   {VERDICT_UNDERWAY, "finishes"}};
    struct text t = {.arena = q->arena};

    if (s->words)
        put_part(&t, s->words);
    for (size_t i = 0; plan->n_steps && i < sizeof deeds / sizeof deeds[0]; i++)
        put_deed(&t, plan, deeds[i].verdict, deeds[i].deed);
    put_calls(&t, plan);
    if (is_left_alone(plan) && s->works)
        put_part(&t, held_make(q->arena, plan).why);
    if (!t.len)
        put_part(&t, "nothing is to be done");
    return text_str(&t);
}

static void out_now(struct out *o, const struct asking *q, const struct supposed *s,
                    const struct agent_plan *plan, const char *command)
{
    if (!s->works || s->refused || plan->n_steps == 0) {
        out_null(o, "now");
        return;
    }
    struct agent_plan hurried = ask(q, s, true);
    struct tally tally = tally_make(&(struct plan){.agents = &hurried, .n_agents = 1});
    out_object(o, "now");
    out_count(o, "calls_cut", tally.cut_unknown ? -1 : (int64_t)tally.calls_cut);
    out_text(o, "command", arena_printf(q->arena, "%s --now", command));
    out_end(o);
}

static struct agent_plan outcome(const struct asking *q, const struct supposed *s)
{
    if (s->refused)
        return (struct agent_plan){.agent = q->page->plan->agent};
    return ask(q, s, false);
}

static const char *refusal(const struct asking *q, const struct supposed *s)
{
    if (!q->page->may_order)
        return "whoever is signed in may look, and give no orders";
    return s->refused;
}

static void out_action(struct out *o, const struct asking *q, size_t i)
{
    const struct agent *agent = q->page->plan->agent;
    struct supposed s = {.agent = *agent};
    const char *command = doctor_command(q->arena, actions[i].verb, agent);

    if (q->page->plan->verdict == VERDICT_ORPHAN && actions[i].suppose != suppose_apply)
        s.refused = "nobody asks for it any more: it can only be removed";
    else
        actions[i].suppose(q, &s);
    if (s.more)
        command = arena_printf(q->arena, "%s%s", command, s.more);
    struct agent_plan plan = outcome(q, &s);
    struct tally tally = tally_make(&(struct plan){.agents = &plan, .n_agents = 1});
    const char *refused = refusal(q, &s);
    out_object(o, NULL);
    out_text(o, "action", actions[i].verb);
    out_bool(o, "allowed", !refused);
    out_text(o, "refused", refused);
    out_text(o, "text", s.refused ? s.refused : text_of(q, &s, &plan));
    out_array(o, "steps");
    for (size_t k = 0; k < plan.n_steps; k++)
        out_step(o, &plan.steps[k]);
    out_end(o);
    out_count(o, "calls_cut", tally.cut_unknown ? -1 : (int64_t)tally.calls_cut);
    out_bool(o, "cut_after_limit", tally.cut_late);
    out_text(o, "command", command);
    out_now(o, q, &s, &plan, command);
    out_end(o);
}

void out_actions(struct out *o, const struct render *r, const struct agent_page *page,
                 const struct alone *alone)
{
    const struct asking asking = {o->text.arena, r, page, alone};

    out_array(o, "actions");
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        out_action(o, &asking, i);
    out_end(o);
}

/* The fleet as a whole: its agents, a row each, and what holds of all of them. */
#include "base/out.h"
#include "render/agent_status.h"
#include "render/api.h"

const char *render_agents_json(struct arena *a, const struct render *r, const struct desired *d,
                               const struct plan *all, const struct plan *page, bool more)
{
    struct out o = {.text.arena = a, .indented = true};

    out_object(&o, NULL);
    out_bool(&o, "in_sync", plan_in_sync(all));
    out_notices(&o, d, all);
    out_array(&o, "agents");
    for (size_t i = 0; i < page->n_agents; i++)
        out_agent_status(&o, NULL, r, &page->agents[i]);
    out_end(&o);
    out_bool(&o, "more", more);
    out_end(&o);
    text_add(&o.text, "\n");
    return text_str(&o.text);
}

const char *render_agent_status_json(struct arena *a, const struct render *r,
                                     const struct agent_plan *plan)
{
    struct out o = {.text.arena = a};

    out_agent_status(&o, NULL, r, plan);
    return text_str(&o.text);
}

static void out_states(struct out *o, const struct render *r, const struct plan *plan)
{
    size_t n[STATE__N] = {0};

    for (size_t i = 0; i < plan->n_agents; i++)
        n[agent_state(r, &plan->agents[i])]++;
    out_object(o, "agents");
    for (enum agent_state s = 0; s < STATE__N; s++)
        out_number(o, agent_state_word[s], (int64_t)n[s]);
    out_end(o);
}

/* -1: of some agent it is not known. */
static int64_t live_calls(const struct plan *plan)
{
    int64_t calls = 0;

    for (size_t i = 0; i < plan->n_agents; i++) {
        if (plan->agents[i].live_calls < 0)
            return -1;
        calls += plan->agents[i].live_calls;
    }
    return calls;
}

static void out_conditions(struct out *o, const struct fleet_page *p)
{
    out_array(o, "conditions");
    for (size_t i = 0; i < p->n_conditions; i++) {
        const struct told *c = &p->conditions[i];
        out_object(o, NULL);
        out_text(o, "key", c->key);
        out_text(o, "level", c->level);
        out_number(o, "since_ms", c->since_ms);
        out_number(o, "seen", (int64_t)c->seen);
        out_text(o, "agent", c->agent);
        out_text(o, "role", c->role);
        out_text(o, "text", c->text);
        out_end(o);
    }
    out_end(o);
}

static void out_asker(struct out *o, const struct fleet_page *p)
{
    if (!p->asker_role)
        return;
    out_object(o, "asker");
    out_text(o, "name", p->asker_name);
    out_text(o, "role", p->asker_role);
    out_end(o);
}

const char *render_fleet_json(struct arena *a, const struct render *r, const struct fleet_page *p)
{
    static const struct desired nothing_asked;
    static const struct plan nothing_seen;
    const struct desired *desired = p->desired ? p->desired : &nothing_asked;
    const struct plan *plan = p->plan ? p->plan : &nothing_seen;
    struct out o = {.text.arena = a};

    out_object(&o, NULL);
    out_text(&o, "version", p->version);
    out_text(&o, "sources", r->sources);
    out_text(&o, "engine", r->engine);
    out_count(&o, "looked_ms", p->looked_ms ? p->looked_ms : -1);
    out_bool(&o, "healthy", p->healthy);
    out_bool(&o, "standby", p->standby);
    out_bool(&o, "in_sync", p->plan && plan_in_sync(plan));
    out_notices(&o, desired, plan);
    out_text(&o, "rollout_paused", p->rollout_paused);
    out_states(&o, r, plan);
    out_count(&o, "live_calls", p->plan ? live_calls(plan) : -1);
    out_summary(&o, plan);
    out_conditions(&o, p);
    out_asker(&o, p);
    out_end(&o);
    return text_str(&o.text);
}

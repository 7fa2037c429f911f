#include "base/out.h"
#include "core/find.h"
#include "render/agent_status.h"

static void out_drains(struct out *o, const struct role_plan *role)
{
    for (size_t i = 0; i < role->n_drains; i++) {
        const struct drain *d = &role->drains[i];
        out_object(o, NULL);
        out_text(o, "role", role_name[role->role]);
        out_text(o, "name", d->box->name);
        out_count(o, "calls", d->calls);
        out_count(o, "oldest_ms", d->oldest_ms ? d->oldest_ms : -1);
        out_count(o, "until_ms", d->until_ms ? d->until_ms : -1);
        out_end(o);
    }
}

void out_agent_status(struct out *o, const char *key, const struct render *r,
                      const struct agent_plan *plan)
{
    struct agent_status s = agent_status_make(o->text.arena, r, plan);

    out_object(o, key);
    out_text(o, "id", plan->agent->id);
    out_text(o, "name", agent_title(plan->agent));
    out_text(o, "state", agent_state_word[s.state]);
    out_text(o, "verdict", verdict_words()[verdict_of(plan)]);
    out_bool(o, "ready", s.ready);
    out_count(o, "since_ms", r->since_ms ? r->since_ms(r->since_ctx, plan->agent->id) : -1);
    out_text(o, "mode", s.mode);
    out_number(o, "running", (int64_t)s.running);
    out_number(o, "containers", (int64_t)s.wanted);
    out_count(o, "live_calls", plan->live_calls);
    out_number(o, "unconnected_calls", plan->quiet_ms ? plan->live_calls : 0);
    out_number(o, "lost_calls", plan->lost_calls);
    out_text(o, "image", s.speaker ? s.speaker->image_ref : NULL);
    out_text(o, "image_id", s.speaker ? s.speaker->image_id : NULL);
    out_count(o, "uptime_s", s.uptime_s);
    out_text(o, "note", *s.note ? s.note : NULL);
    out_count(o, "until_ms", s.until_ms);
    out_array(o, "drains");
    for (size_t i = 0; i < plan->n_roles; i++)
        out_drains(o, &plan->roles[i]);
    out_end(o);
    out_end(o);
}

const char *render_status_json(struct arena *a, const struct render *r, const struct desired *d,
                               const struct plan *plan)
{
    struct out o = {.text.arena = a, .indented = true};

    out_object(&o, NULL);
    out_bool(&o, "in_sync", plan_in_sync(plan));
    out_notices(&o, d, plan);
    out_array(&o, "agents");
    for (size_t i = 0; i < plan->n_agents; i++)
        out_agent_status(&o, NULL, r, &plan->agents[i]);
    out_end(&o);
    out_end(&o);
    text_add(&o.text, "\n");
    return text_str(&o.text);
}

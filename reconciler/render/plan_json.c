#include "core/find.h"
#include "core/pace.h"
#include "base/out.h"
#include "render/parts.h"

void out_notices(struct out *o, const struct desired *d, const struct plan *plan)
{
    size_t n;
    const char *const *notices = notices_make(o->text.arena, d, plan, &n);

    out_array(o, "notices");
    for (size_t i = 0; i < n; i++)
        out_text(o, NULL, notices[i]);
    out_end(o);
}

static void put_value(struct out *o, const struct render *r, const char *key, const struct drift *d,
                      const char *value)
{
    if (!value || !drift_hidden(d)) {
        out_text(o, key, value);
        return;
    }
    out_object(o, key);
    out_text(o, "fingerprint", render_fingerprint(o->text.arena, r->key, value));
    out_end(o);
}

static void put_drift(struct out *o, const struct render *r, const struct drift *d)
{
    static const char *const effects[] = {[EFFECT_REPLACE] = "replace",
                                          [EFFECT_UPDATE] = "update",
                                          [EFFECT_CONNECT] = "update",
                                          [EFFECT_LIVE] = "live"};

    out_object(o, NULL);
    out_text(o, "field", d->field);
    out_text(o, "key", d->key);
    put_value(o, r, "have", d, d->have);
    put_value(o, r, "want", d, d->want);
    out_bool(o, "secret", drift_hidden(d));
    out_text(o, "origin", origin_text(o->text.arena, &d->origin));
    out_text(o, "effect", effects[d->effect]);
    out_text(o, "note", d->note);
    out_end(o);
}

static void put_role(struct out *o, const struct render *r, const struct role_plan *role)
{
    const struct wanted *w = role->wanted;
    const struct box *live = role->live;

    out_object(o, NULL);
    out_text(o, "role", role_name[role->role]);
    out_text(o, "container", w ? w->spec->name : live ? live->name : NULL);
    out_text(o, "verdict", verdict_words()[role->verdict]);
    out_text(o, "reason", role->reason);
    out_count(o, "until_ms", role->held_until_ms ? role->held_until_ms : -1);
    out_text(o, "image", w ? w->image_ref : live ? live->image_ref : NULL);
    out_array(o, "drifts");
    for (size_t i = 0; i < role->drifts.n; i++)
        put_drift(o, r, &role->drifts.items[i]);
    out_end(o);
    out_end(o);
}

void out_step(struct out *o, const struct step *s)
{
    static const char *const gates[] = {
        [GATE_NONE] = NULL,      [GATE_SETUP] = "setup", [GATE_SOAK] = "soak",
        [GATE_QUIET] = "quiet",  [GATE_DRAIN] = "drain", [GATE_OTHERS] = "others",
        [GATE_CANARY] = "canary"};

    out_object(o, NULL);
    out_text(o, "step", step_text[s->kind]);
    out_text(o, "role", role_name[s->role]);
    out_text(o, "box", s->box_name);
    out_text(o, "name", s->new_name);
    out_text(o, "why", s->why);
    out_text(o, "gate", gates[s->gate]);
    out_end(o);
}

static void put_hold(struct out *o, const struct agent_plan *plan)
{
    if (!is_left_alone(plan)) {
        out_null(o, "hold");
        return;
    }
    struct held h = held_make(o->text.arena, plan);
    out_object(o, "hold");
    out_text(o, "kind", h.kind);
    out_text(o, "why", h.why);
    out_text(o, "at", h.at);
    out_text(o, "advice", h.advice);
    out_count(o, "until_ms", h.until_ms ? h.until_ms : -1);
    out_end(o);
}

static void put_window(struct out *o, const struct render *r, const struct agent_plan *plan)
{
    int64_t seconds = pace_window_s(plan, &r->local);

    if (!seconds) {
        out_null(o, "window");
        return;
    }
    out_object(o, "window");
    out_text(o, "times", plan->agent->window.text);
    out_number(o, "opens_in_s", seconds);
    out_end(o);
}

void out_agent_plan(struct out *o, const char *key, const struct render *r,
                    const struct agent_plan *plan)
{
    bool has_age = plan->live_calls > 0 && plan->oldest_call_ms;
    bool lost_has_age = plan->lost_calls > 0 && plan->oldest_lost_ms;

    out_object(o, key);
    out_text(o, "id", plan->agent->id);
    out_text(o, "name", agent_title(plan->agent));
    out_text(o, "verdict", verdict_words()[verdict_of(plan)]);
    out_count(o, "live_calls", plan->live_calls);
    out_count(o, "oldest_call_s", has_age ? (r->now_ms - plan->oldest_call_ms) / 1000 : -1);
    out_number(o, "unconnected_calls", plan->quiet_ms ? plan->live_calls : 0);
    out_number(o, "lost_calls", plan->lost_calls);
    out_count(o, "oldest_lost_s", lost_has_age ? (r->now_ms - plan->oldest_lost_ms) / 1000 : -1);
    put_window(o, r, plan);
    out_array(o, "roles");
    for (size_t i = 0; i < plan->n_roles; i++)
        put_role(o, r, &plan->roles[i]);
    out_end(o);
    out_array(o, "steps");
    for (size_t i = 0; i < plan->n_steps; i++)
        out_step(o, &plan->steps[i]);
    out_end(o);
    put_hold(o, plan);
    orders_out(o, r, plan->agent);
    out_end(o);
}

void out_summary(struct out *o, const struct plan *plan)
{
    struct tally c = tally_make(plan);

    out_object(o, "summary");
    out_number(o, "replace", (int64_t)c.replace);
    out_number(o, "update", (int64_t)c.update);
    out_number(o, "live", (int64_t)c.live);
    out_number(o, "create", (int64_t)c.create);
    out_number(o, "start", (int64_t)c.start);
    out_number(o, "remove", (int64_t)c.remove);
    out_number(o, "underway", (int64_t)c.underway);
    out_number(o, "held", (int64_t)c.held);
    out_number(o, "orphans", (int64_t)c.orphans);
    out_number(o, "in_sync", (int64_t)c.in_sync);
    out_count(o, "calls_cut", c.cut_unknown ? -1 : (int64_t)c.calls_cut);
    out_bool(o, "cut_after_limit", c.cut_late);
    out_end(o);
}

const char *render_plan_json(struct arena *a, const struct render *r, const struct desired *d,
                             const struct plan *plan)
{
    struct out o = {.text.arena = a, .indented = true};

    out_object(&o, NULL);
    out_number(&o, "version", 1);
    out_text(&o, "sources", r->sources);
    out_text(&o, "engine", r->engine);
    out_bool(&o, "in_sync", plan_in_sync(plan));
    out_notices(&o, d, plan);
    out_array(&o, "agents");
    for (size_t i = 0; i < plan->n_agents; i++)
        out_agent_plan(&o, NULL, r, &plan->agents[i]);
    out_end(&o);
    out_summary(&o, plan);
    out_end(&o);
    text_add(&o.text, "\n");
    return text_str(&o.text);
}

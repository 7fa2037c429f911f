#include "core/find.h"
#include "render/entries.h"
#include "base/out.h"
#include "base/visible.h"

static const char *const wish_words[] = {
    [WISH_RUN] = "running", [WISH_STOP] = "stopped", [WISH_ABSENT] = "absent"};

static const struct wanted *find_wanted(const struct plan *plan, const struct agent *agent,
                                        enum role role)
{
    const struct agent_plan *ap = plan ? agent_plan_by_id(plan, agent->id) : NULL;

    const struct role_plan *rp = ap ? role_plan_of(ap, role) : NULL;

    return rp ? rp->wanted : NULL;
}

static void put_source(struct text *t, const struct render *r, const struct origin *origin)
{
    put_spaces(t, 3);
    put(t, r, DIM, origin_text(t->arena, origin));
    text_add(t, "\n");
}

struct widths {
    size_t key, value;
};

static const char *entry_key(struct arena *a, const struct entry *e)
{
    return visible_text(a, e->key ? e->key : e->group);
}

static struct widths measure(struct arena *a, const struct render *r, const struct entries *list)
{
    enum { MAX_KEY = 32, MAX_VALUE = 56 };
    struct widths w = {0};

    for (size_t i = 0; i < list->n; i++) {
        const struct entry *e = &list->items[i];
        size_t key = text_columns(entry_key(a, e));
        size_t value = text_columns(render_value(a, r->key, e->value, e->secret));
        if (key > w.key && key <= MAX_KEY)
            w.key = key;
        if (value > w.value && value <= MAX_VALUE)
            w.value = value;
    }
    return w;
}

static void put_entry(struct text *t, const struct render *r, const struct entry *e,
                      struct widths w)
{
    const char *value = render_value(t->arena, r->key, e->value, e->secret);

    put_spaces(t, 6);
    put_cell(t, r, e->key ? BOLD : PLAIN, entry_key(t->arena, e), w.key);
    put_spaces(t, 3);
    put_cell(t, r, PLAIN, value, w.value);
    put_source(t, r, &e->origin);
}

static void put_container(struct text *t, const struct render *r, const struct container_spec *spec,
                          const struct wanted *w)
{
    struct entries list = entries_make(t->arena, spec, w);
    struct widths widths = measure(t->arena, r, &list);

    text_add(t, "  ");
    put_cell(t, r, BOLD, role_name[spec->role], 4);
    text_add(t, "  ");
    put(t, r, PLAIN, spec->name);
    put_source(t, r, &spec->origin);
    for (size_t i = 0; i < list.n; i++)
        put_entry(t, r, &list.items[i], widths);
    if (!w)
        return;
    for (size_t i = 0; i < w->n_carried_ports; i++) {
        struct entry e = {"ports", NULL, w->carried_ports[i], {.kind = FROM_CONTAINER}, false};
        put_entry(t, r, &e, widths);
    }
    if (w->problem) {
        put_spaces(t, 6);
        put(t, r, RED, w->problem);
        text_add(t, "\n");
    }
}

static void put_agent(struct text *t, const struct render *r, const struct agent *agent,
                      const struct plan *plan)
{
    struct arena *a = t->arena;

    put(t, r, BOLD, agent_title(agent));
    put(t, r, PLAIN,
        arena_printf(a, "   %s, %s, wanted: %s", agent->id, agent->pipeline ? "pipeline" : "sts",
                     wish_words[agent->wish]));
    put_source(t, r, agent->wish == WISH_RUN ? &agent->origin : &agent->wish_origin);
    if (agent->problem) {
        text_add(t, "  ");
        put(t, r, RED, agent->problem);
        struct origin at = {.kind = FROM_SPEC, .at = agent->problem_at};
        if (at.at.file)
            put_source(t, r, &at);
        else
            text_add(t, "\n");
    }
    struct sentences orders = orders_said(a, r, agent);
    for (size_t i = 0; i < orders.n; i++) {
        text_add(t, "  ");
        put(t, r, CYAN, arena_printf(a, "order: %s", orders.items[i]));
        text_add(t, "\n");
    }
    for (size_t i = 0; i < agent->n_containers; i++) {
        const struct container_spec *spec = &agent->containers[i];
        put_container(t, r, spec, find_wanted(plan, agent, spec->role));
    }
    text_add(t, "\n");
}

static void put_json_entry(struct out *o, const struct render *r, const struct entry *e)
{
    out_object(o, NULL);
    out_text(o, "setting", e->group);
    out_text(o, "key", e->key);
    if (e->secret && *e->value) {
        out_object(o, "value");
        out_text(o, "fingerprint", render_fingerprint(o->text.arena, r->key, e->value));
        out_end(o);
    } else {
        out_text(o, "value", e->value);
    }
    out_bool(o, "secret", e->secret);
    out_text(o, "origin", origin_text(o->text.arena, &e->origin));
    out_end(o);
}

static void put_json_container(struct out *o, const struct render *r,
                               const struct container_spec *spec, const struct wanted *w)
{
    struct entries list = entries_make(o->text.arena, spec, w);

    out_object(o, NULL);
    out_text(o, "role", role_name[spec->role]);
    out_text(o, "name", spec->name);
    out_text(o, "problem", w ? w->problem : NULL);
    out_array(o, "settings");
    for (size_t i = 0; i < list.n; i++)
        put_json_entry(o, r, &list.items[i]);
    out_end(o);
    out_end(o);
}

static void put_json_agent(struct out *o, const struct render *r, const struct agent *agent,
                           const struct plan *plan)
{
    out_object(o, NULL);
    out_text(o, "id", agent->id);
    out_text(o, "name", agent_title(agent));
    out_text(o, "mode", agent->pipeline ? "pipeline" : "sts");
    out_text(o, "wanted", wish_words[agent->wish]);
    out_text(o, "origin", origin_text(o->text.arena, &agent->origin));
    out_text(o, "problem", agent->problem);
    orders_out(o, r, agent);
    out_array(o, "containers");
    for (size_t i = 0; i < agent->n_containers; i++)
        put_json_container(o, r, &agent->containers[i],
                           find_wanted(plan, agent, agent->containers[i].role));
    out_end(o);
    out_end(o);
}

static const char *config_json(struct arena *a, const struct render *r, const struct desired *d,
                               const struct plan *plan)
{
    struct out o = {.text.arena = a, .indented = true};

    out_object(&o, NULL);
    out_text(&o, "sources", r->sources);
    out_array(&o, "agents");
    for (size_t i = 0; i < d->n_agents; i++)
        put_json_agent(&o, r, &d->agents[i], plan);
    out_end(&o);
    out_end(&o);
    text_add(&o.text, "\n");
    return text_str(&o.text);
}

const char *render_config(struct arena *a, const struct render *r, const struct desired *d,
                          const struct plan *plan, bool json)
{
    struct text t = {.arena = a};

    if (json)
        return config_json(a, r, d, plan);
    for (size_t i = 0; i < d->n_agents; i++)
        put_agent(&t, r, &d->agents[i], plan);
    if (d->n_agents == 0)
        text_add(&t, "No agents: neither the specs nor the database ask for any.\n");
    return text_str(&t);
}

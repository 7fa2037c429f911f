/* What happens to the containers that run now, once this program looks after them. */
#include "core/find.h"
#include "render/parts.h"
#include "base/visible.h"

struct adopted {
    size_t boxes, restarting;
};

/* The verdict says what is planned; the steps say what is done.  A restart is believed absent only
 * if neither touches a live box. */
static bool restarts(const struct agent_plan *plan, const struct role_plan *role)
{
    if (role->verdict == VERDICT_REPLACE || role->verdict == VERDICT_REMOVE)
        return true;
    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];
        if (text_is(s->box_id, role->live->id) &&
            (s->kind == STEP_STOP || s->kind == STEP_REMOVE || s->kind == STEP_RENAME))
            return true;
    }
    return false;
}

static const char *fate(const struct role_plan *role, bool restart)
{
    if (restart && role->verdict == VERDICT_REMOVE)
        return "would be removed";
    if (restart)
        return "would be replaced";
    switch (role->verdict) {
    case VERDICT_UPDATE:
        return "taken over, changed in place without a restart";
    case VERDICT_LIVE:
        return "taken over, the next call sees new settings";
    case VERDICT_START:
        return "taken over, and started: it does not run";
    case VERDICT_UNDERWAY:
        return "taken over as it is; what an earlier replacement left is cleared away";
    case VERDICT_HOLD:
        return "left as it is";
    case VERDICT_ORPHAN:
        return "kept: nobody asks for it";
    default:
        return "taken over as it is";
    }
}

static const char *because_text(struct arena *a, const struct role_plan *role)
{
    struct text why = {.arena = a};

    if (role->reason)
        text_add(&why, role->reason);
    for (size_t i = 0; i < role->drifts.n; i++) {
        const struct drift *d = &role->drifts.items[i];
        text_printf(&why, "%s%s%s%s", why.len ? ", " : "", d->field, d->key ? " " : "",
                    d->key ? d->key : "");
    }
    return text_str(&why);
}

static const char *drawn_port(const struct wanted *w)
{
    for (size_t i = 0; i < w->env.n; i++)
        if (text_is(w->env.items[i].name, "PORT") && w->env.items[i].origin.kind == FROM_CONTAINER)
            return w->env.items[i].value;
    return NULL;
}

static const char *carried_text(struct arena *a, const struct wanted *w)
{
    struct text list = {.arena = a};

    if (!w)
        return "";
    if (drawn_port(w))
        text_printf(&list, "port %s, drawn by AVR", drawn_port(w));
    for (size_t i = 0; i < w->n_networks; i++)
        text_printf(&list, "%s%s", i ? ", " : list.len ? "; network " : "network ", w->networks[i]);
    for (size_t i = 0; i < w->n_carried_ports; i++)
        text_printf(&list, "%s%s",
                    i          ? ", "
                    : list.len ? "; published "
                               : "published ",
                    w->carried_ports[i]);
    return text_str(&list);
}

static void put_more(struct text *t, const struct render *r, const char *title, const char *list)
{
    if (!*list)
        return;
    put_spaces(t, 8);
    put(t, r, DIM, arena_printf(t->arena, "%s: %s", title, list));
    text_add(t, "\n");
}

static bool put_box(struct text *t, const struct render *r, const struct agent_plan *plan,
                    const struct role_plan *role)
{
    bool restart = restarts(plan, role);

    text_add(t, "  ");
    put_cell(t, r, BOLD, role_name[role->role], 4);
    text_add(t, "  ");
    put(t, r, PLAIN, role->live->name);
    put_spaces(t, 3);
    put(t, r, restart ? YELLOW : GREEN, fate(role, restart));
    text_add(t, "\n");
    if (restart || role->verdict == VERDICT_UPDATE)
        put_more(t, r, "because of", because_text(t->arena, role));
    put_more(t, r, "keeps", carried_text(t->arena, role->wanted));
    return restart;
}

static bool has_live(const struct agent_plan *plan)
{
    for (size_t i = 0; i < plan->n_roles; i++)
        if (plan->roles[i].live)
            return true;
    return false;
}

static void put_agent(struct text *t, const struct render *r, const struct agent_plan *agent,
                      struct adopted *n)
{
    put(t, r, BOLD, agent_title(agent->agent));
    put_spaces(t, 3);
    put(t, r, DIM, calls_text(t->arena, agent, r->now_ms));
    text_add(t, "\n");
    if (agent->hold.kind == STEP_HOLD) {
        put_spaces(t, 6);
        put(t, r, RED, held_make(t->arena, agent).why);
        text_add(t, "\n");
    }
    for (size_t k = 0; k < agent->n_roles; k++)
        if (agent->roles[k].live) {
            n->boxes++;
            n->restarting += put_box(t, r, agent, &agent->roles[k]);
        }
}

static const char *none_found(struct arena *a, const struct desired *d)
{
    if (!d->tenant)
        return "No AVR container was found.\n";
    return arena_printf(
        a, "No AVR container of tenant %s was found; is $TENANT what AVR's backend has?\n",
        visible_text(a, d->tenant));
}

const char *render_adopt(struct arena *a, const struct render *r, const struct desired *d,
                         const struct plan *plan, size_t *ret_restarts)
{
    struct text t = {.arena = a};
    struct adopted n = {0};

    put_notices(&t, r, d, plan);
    for (size_t i = 0; i < plan->n_agents; i++)
        if (has_live(&plan->agents[i]))
            put_agent(&t, r, &plan->agents[i], &n);
    if (n.boxes == 0)
        text_add(&t, none_found(a, d));
    else if (n.restarting)
        text_printf(&t, "\n%zu of %zu %s would be replaced or removed; `diff` shows why.\n",
                    n.restarting, n.boxes, plural(n.boxes, "container", "containers"));
    else
        text_printf(&t, "\n%zu %s, nothing would restart.\n", n.boxes,
                    plural(n.boxes, "container", "containers"));
    *ret_restarts = n.restarting;
    return text_str(&t);
}

static bool put_json_box(struct out *o, const struct agent_plan *plan, const struct role_plan *role)
{
    const struct wanted *w = role->wanted;
    const char *because = because_text(o->text.arena, role);
    bool restart = restarts(plan, role);

    out_object(o, NULL);
    out_text(o, "role", role_name[role->role]);
    out_text(o, "container", role->live->name);
    out_text(o, "verdict", verdict_words()[role->verdict]);
    out_text(o, "fate", fate(role, restart));
    out_bool(o, "restarts", restart);
    out_text(o, "because", *because ? because : NULL);
    out_text(o, "port", w ? drawn_port(w) : NULL);
    out_array(o, "networks");
    for (size_t i = 0; w && i < w->n_networks; i++)
        out_text(o, NULL, w->networks[i]);
    out_end(o);
    out_array(o, "published");
    for (size_t i = 0; w && i < w->n_carried_ports; i++)
        out_text(o, NULL, w->carried_ports[i]);
    out_end(o);
    out_end(o);
    return restart;
}

static void put_json_agent(struct out *o, const struct agent_plan *agent, struct adopted *n)
{
    out_object(o, NULL);
    out_text(o, "id", agent->agent->id);
    out_text(o, "name", agent_title(agent->agent));
    out_text(o, "verdict", verdict_words()[verdict_of(agent)]);
    out_count(o, "live_calls", agent->live_calls);
    out_text(o, "note", is_left_alone(agent) ? held_make(o->text.arena, agent).why : NULL);
    out_array(o, "containers");
    for (size_t k = 0; k < agent->n_roles; k++)
        if (agent->roles[k].live) {
            n->boxes++;
            n->restarting += put_json_box(o, agent, &agent->roles[k]);
        }
    out_end(o);
    out_end(o);
}

const char *render_adopt_json(struct arena *a, const struct render *r, const struct desired *d,
                              const struct plan *plan, size_t *ret_restarts)
{
    struct out o = {.text.arena = a, .indented = true};
    struct adopted n = {0};

    out_object(&o, NULL);
    out_number(&o, "version", 1);
    out_text(&o, "sources", r->sources);
    out_text(&o, "engine", r->engine);
    out_notices(&o, d, plan);
    out_array(&o, "agents");
    for (size_t i = 0; i < plan->n_agents; i++)
        if (has_live(&plan->agents[i]))
            put_json_agent(&o, &plan->agents[i], &n);
    out_end(&o);
    out_object(&o, "summary");
    out_number(&o, "containers", (int64_t)n.boxes);
    out_number(&o, "restarts", (int64_t)n.restarting);
    out_end(&o);
    out_end(&o);
    text_add(&o.text, "\n");
    *ret_restarts = n.restarting;
    return text_str(&o.text);
}

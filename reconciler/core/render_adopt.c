/* What happens to the containers that run now, once this program looks after them. */
#include "core/render_parts.h"

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

static void put_because(struct text *t, const struct render *r, const struct role_plan *role)
{
    struct text why = {.arena = t->arena};

    if (role->reason)
        text_add(&why, role->reason);
    for (size_t i = 0; i < role->drifts.n; i++) {
        const struct drift *d = &role->drifts.items[i];
        text_printf(&why, "%s%s%s%s", why.len ? ", " : "", d->field, d->key ? " " : "",
                    d->key ? d->key : "");
    }
    if (!why.len)
        return;
    put_spaces(t, 8);
    put(t, r, DIM, arena_printf(t->arena, "because of: %s", text_str(&why)));
    text_add(t, "\n");
}

static void put_carried(struct text *t, const struct render *r, const struct role_plan *role)
{
    const struct wanted *w = role->wanted;
    struct text list = {.arena = t->arena};

    if (!w)
        return;
    for (size_t i = 0; i < w->env.n; i++)
        if (text_is(w->env.items[i].name, "PORT") && w->env.items[i].origin.kind == FROM_CONTAINER)
            text_printf(&list, "%sport %s, drawn by AVR", list.len ? "; " : "",
                        w->env.items[i].value);
    for (size_t i = 0; i < w->n_networks; i++)
        text_printf(&list, "%s%s", i ? ", " : list.len ? "; network " : "network ", w->networks[i]);
    for (size_t i = 0; i < w->n_carried_ports; i++)
        text_printf(&list, "%s%s",
                    i          ? ", "
                    : list.len ? "; published "
                               : "published ",
                    w->carried_ports[i]);
    if (!list.len)
        return;
    put_spaces(t, 8);
    put(t, r, DIM, arena_printf(t->arena, "keeps: %s", text_str(&list)));
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
        put_because(t, r, role);
    put_carried(t, r, role);
    return restart;
}

static bool has_live(const struct agent_plan *plan)
{
    for (size_t i = 0; i < plan->n_roles; i++)
        if (plan->roles[i].live)
            return true;
    return false;
}

const char *render_adopt(struct arena *a, const struct render *r, const struct desired *d,
                         const struct plan *plan, size_t *ret_restarts)
{
    struct text t = {.arena = a};
    size_t boxes = 0, restarting = 0;

    (void)d;
    for (size_t i = 0; i < plan->n_agents; i++) {
        const struct agent_plan *agent = &plan->agents[i];
        if (!has_live(agent))
            continue;
        put(&t, r, BOLD, agent_label(agent->agent));
        put_spaces(&t, 3);
        put(&t, r, DIM, calls_text(a, agent, r->now_ms));
        text_add(&t, "\n");
        if (agent->hold.kind == STEP_HOLD) {
            put_spaces(&t, 6);
            put(&t, r, RED, held_make(a, agent).why);
            text_add(&t, "\n");
        }
        for (size_t k = 0; k < agent->n_roles; k++)
            if (agent->roles[k].live) {
                boxes++;
                restarting += put_box(&t, r, agent, &agent->roles[k]);
            }
    }
    if (boxes == 0)
        text_add(&t, "No AVR container was found.\n");
    else if (restarting)
        text_printf(&t, "\n%zu of %zu %s would be replaced or removed; `diff` shows why.\n",
                    restarting, boxes, plural(boxes, "container", "containers"));
    else
        text_printf(&t, "\n%zu %s, nothing would restart.\n", boxes,
                    plural(boxes, "container", "containers"));
    *ret_restarts = restarting;
    return text_str(&t);
}

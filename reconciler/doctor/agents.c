/* What runs of each agent, and what cannot. */
#include <string.h>

#include "base/text.h"
#include "core/find.h"
#include "doctor/parts.h"

enum { MANY_RESTARTS = 3 };

static const char *logs_of(struct arena *a, const char *container)
{
    return arena_printf(a, "docker logs --tail 50 %s", container);
}

static struct finding about(const struct agent_plan *plan, const struct role_plan *role)
{
    return (struct finding){.severity = SEVERITY_ERROR,
                            .agent = plan->agent,
                            .role = role ? role_name[role->role] : NULL,
                            .container = role ? role->name : NULL};
}

static void say_problem(struct doctor *d, const struct agent_plan *plan)
{
    struct finding f = about(plan, NULL);
    const struct pos *at = &plan->agent->problem_at;

    f.kind = "problem";
    f.what = plan->agent->problem;
    f.why = "its containers are left as they are: no change reaches them";
    f.advice = at->file ? arena_printf(d->arena, "mend %s:%u", at->file, at->line)
                        : "mend it in the dashboard";
    doctor_report(d, &f);
}

static bool runs(const struct role_plan *role)
{
    return role->live && box_runs(role->live);
}

/* Roles that are wanted and do not run; *ret_all: none of them does. */
static const char *not_running(struct doctor *d, const struct agent_plan *plan, bool *ret_all)
{
    struct text t = {.arena = d->arena};

    *ret_all = true;
    for (size_t i = 0; i < plan->n_roles; i++) {
        const struct role_plan *role = &plan->roles[i];
        if (!role->wanted)
            continue;
        if (runs(role)) {
            *ret_all = false;
            continue;
        }
        text_printf(&t, "%s%s %s", t.len ? ", " : "", role_name[role->role],
                    role->live ? "has stopped" : "is missing");
    }
    return text_str(&t);
}

static void check_running(struct doctor *d, const struct agent_plan *plan)
{
    struct finding f = about(plan, NULL);
    bool all;
    const char *which = not_running(d, plan, &all);
    const struct origin *origin = &plan->agent->wish_origin;

    if (!*which)
        return;
    f.kind = all ? "nothing-runs" : "not-running";
    f.what = !all ? which
             : origin->kind == FROM_DATABASE
                 ? "the dashboard says running, and nothing runs"
                 : arena_printf(d->arena, "it is asked for (%s), and nothing runs",
                                origin_text(d->arena, origin));
    f.why = "calls to it are not answered";
    f.command = doctor_command(d->arena, "apply", plan->agent);
    doctor_report(d, &f);
}

static void check_restarts(struct doctor *d, const struct agent_plan *plan,
                           const struct role_plan *role)
{
    struct finding f = about(plan, role);
    const struct box *b = role->live;

    if (!b || (b->state != BOX_RESTARTING && b->restart_count < MANY_RESTARTS))
        return;
    f.severity = b->state == BOX_RESTARTING ? SEVERITY_ERROR : SEVERITY_WARNING;
    f.kind = "restarts";
    f.what = arena_printf(d->arena, "the engine has restarted it %d times%s", b->restart_count,
                          b->state == BOX_RESTARTING ? ", and is about to again" : "");
    f.why = "it crashes, and each time the calls on it are cut";
    f.command = logs_of(d->arena, role->name);
    doctor_report(d, &f);
}

static void check_image(struct doctor *d, const struct agent_plan *plan,
                        const struct role_plan *role)
{
    struct finding f = about(plan, role);
    const struct wanted *w = role->wanted;

    if (!w || !w->problem)
        return;
    f.kind = "image";
    f.what = w->problem;
    f.why = "no new container can be made of it, not even when this one is lost";
    if (w->image_ref && !w->image_id)
        f.command = arena_printf(d->arena, "docker pull %s", doctor_word(d->arena, w->image_ref));
    else
        f.advice = "mend the spec or the provider";
    doctor_report(d, &f);
}

static void check_local(struct doctor *d, const struct agent_plan *plan,
                        const struct role_plan *role)
{
    struct finding f = about(plan, role);
    const struct wanted *w = role->wanted;
    bool differs = false;

    for (size_t i = 0; i < role->drifts.n; i++)
        differs |= text_is(role->drifts.items[i].field, "image");
    if (!differs || !w || !w->image_ref || !text_ends(w->image_ref, ":local"))
        return;
    f.severity = SEVERITY_WARNING;
    f.kind = "newer-local";
    f.what = arena_printf(d->arena, "%s is here, and it runs another image", w->image_ref);
    f.why = "calls are answered by the older build";
    f.command = doctor_command(d->arena, "apply", plan->agent);
    doctor_report(d, &f);
}

/* The candidate that failed and was kept for its logs. */
static const char *failed_box(const struct observed *o, const char *slot)
{
    enum place place;

    for (size_t i = 0; i < o->n_boxes; i++)
        if (place_parse(o->boxes[i].name, &place, NULL) && place == PLACE_FAILED &&
            text_is(pair_get(o->boxes[i].labels, o->boxes[i].n_labels, "agentName"), slot))
            return o->boxes[i].name;
    return NULL;
}

static void check_hold(struct doctor *d, const struct agent_plan *plan)
{
    const struct step *hold = &plan->hold;
    const struct role_plan *role = role_plan_of(plan, hold->role);
    struct finding f = about(plan, role);

    if (hold->kind != STEP_HOLD || !role)
        return;
    if (hold->hold != HOLD_FAILED && hold->hold != HOLD_UNHEALTHY)
        return;
    if (role->live && role->live->state == BOX_RESTARTING)
        return; /* check_restarts() says it */
    const char *failed = failed_box(d->in->observed, role->name);
    f.severity = hold->hold == HOLD_FAILED ? SEVERITY_WARNING : SEVERITY_ERROR;
    f.kind = hold->hold == HOLD_FAILED ? "failed" : "unhealthy";
    f.what = hold->why;
    f.why = hold->hold == HOLD_FAILED ? "calls go on with the old settings meanwhile"
                                      : "it has what is asked for, so a new one would do no better";
    f.command = logs_of(d->arena, failed ? failed : role->name);
    doctor_report(d, &f);
}

static const struct agent_plan *owner_of(const struct plan *plan, const char *container)
{
    for (size_t i = 0; i < plan->n_agents; i++)
        for (size_t k = 0; k < plan->agents[i].n_roles; k++)
            if (text_is(plan->agents[i].roles[k].name, container))
                return &plan->agents[i];
    return NULL;
}

static void check_names(struct doctor *d)
{
    for (size_t i = 0; i < d->in->observed->n_foreign; i++) {
        const char *name = d->in->observed->foreign[i].name;
        const struct agent_plan *plan = owner_of(d->in->plan, name);
        doctor_report(
            d, &(struct finding){
                   .severity = SEVERITY_ERROR,
                   .kind = "name-taken",
                   .agent = plan ? plan->agent : NULL,
                   .container = name,
                   .what = "a container that is none of AVR's, or of another TENANT, has this name",
                   .why = "the agent's own container cannot be made",
                   .command = arena_printf(d->arena, "docker rename %s %s-old", name, name),
               });
    }
}

/* Names first: while one is taken, apply cannot mend the agent. */
void doctor_agents(struct doctor *d)
{
    check_names(d);
    for (size_t i = 0; i < d->in->plan->n_agents; i++) {
        const struct agent_plan *plan = &d->in->plan->agents[i];
        if (plan->agent->wish != WISH_RUN)
            continue;
        if (plan->agent->problem) {
            say_problem(d, plan);
            continue;
        }
        check_running(d, plan);
        check_hold(d, plan);
        for (size_t k = 0; k < plan->n_roles; k++) {
            check_restarts(d, plan, &plan->roles[k]);
            check_image(d, plan, &plan->roles[k]);
            check_local(d, plan, &plan->roles[k]);
        }
    }
}

/* One agent, whole: its row, its plan, its containers, and what each order would do. */
#include "base/out.h"
#include "base/text.h"
#include "core/what_if.h"
#include "render/actions.h"
#include "render/agent_status.h"
#include "render/api.h"
#include "render/place.h"

static void out_time(struct out *o, const char *key, int64_t ms)
{
    out_count(o, key, ms > 0 ? ms : -1);
}

/* When the limit of its drain ends; 0: it has none now. */
static int64_t drain_until(const struct role_plan *role, const struct box *b)
{
    for (size_t i = 0; i < role->n_drains; i++)
        if (text_is(role->drains[i].box->id, b->id))
            return role->drains[i].until_ms;
    return 0;
}

static void out_box(struct out *o, const struct role_plan *role, int place, const struct box *b)
{
    static const char *const states[] = {[BOX_CREATED] = "created",
                                         [BOX_RUNNING] = "running",
                                         [BOX_PAUSED] = "paused",
                                         [BOX_RESTARTING] = "restarting",
                                         [BOX_EXITED] = "exited"};
    static const char *const healths[] = {
        [HEALTH_UNKNOWN] = "unknown", [HEALTH_GOOD] = "good", [HEALTH_BAD] = "bad"};
    const char *why = b->health_text;

    out_object(o, NULL);
    out_text(o, "role", role_name[role->role]);
    out_text(o, "place", place_word[place]);
    out_text(o, "id", b->id);
    out_text(o, "name", b->name);
    out_text(o, "image", b->image_ref);
    out_text(o, "image_id", b->image_id);
    out_text(o, "state", states[b->state]);
    out_text(o, "health", healths[b->health]);
    out_text(o, "health_text", why && *why ? why : NULL);
    if (b->state == BOX_EXITED)
        out_number(o, "exit_code", b->exit_code);
    else
        out_null(o, "exit_code");
    out_time(o, "created_ms", b->created_ms);
    out_time(o, "started_ms", b->started_ms);
    out_time(o, "finished_ms", b->finished_ms);
    out_number(o, "restarts", b->restart_count);
    out_count(o, "connections", box_runs(b) ? b->sockets : -1);
    out_time(o, "drain_until_ms", drain_until(role, b));
    out_end(o);
}

/* By role, and within one role as an agent's calls meet them: what serves comes first. */
static void out_boxes(struct out *o, const struct agent_plan *plan, const struct observed *mine)
{
    out_array(o, "boxes");
    for (size_t i = 0; i < plan->n_roles; i++)
        for (int place = 0; place < PLACES; place++)
            for (size_t k = 0; k < mine->n_boxes; k++)
                if (place_in(&mine->boxes[k], plan->roles[i].name) == place)
                    out_box(o, &plan->roles[i], place, &mine->boxes[k]);
    out_end(o);
}

const char *render_agent_json(struct arena *a, const struct render *r, const struct agent_page *p)
{
    struct alone alone = what_if_alone(a, p->desired, p->plan->agent, p->observed);
    struct out o = {.text.arena = a, .indented = true};

    out_object(&o, NULL);
    out_number(&o, "looked_ms", p->looked_ms);
    out_agent_status(&o, "status", r, p->plan);
    out_agent_plan(&o, "plan", r, p->plan);
    out_boxes(&o, p->plan, &alone.observed);
    out_bool(&o, "working", p->working);
    out_actions(&o, r, p, &alone);
    out_end(&o);
    text_add(&o.text, "\n");
    return text_str(&o.text);
}

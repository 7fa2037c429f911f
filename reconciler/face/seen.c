#include "face/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "core/find.h"
#include "face/rows.h"

const struct look *seen_look(const struct face *face, struct web_request *r)
{
    const struct look *look = service_last_look(face->service, NULL, NULL);

    if (!look)
        web_reply_error(r, 503, "unavailable",
                        "The engine has not been seen yet; the log says why.");
    return look;
}

const struct agent_plan *seen_agent(struct web_request *r, const struct look *look)
{
    const struct agent_plan *plan = agent_plan_by_id(&look->plan, web_param(r, "id"));

    if (plan)
        return plan;
    web_reply_error(r, 404, "not_found", "There is no agent of this id.");
    return NULL;
}

static const struct drain *drain_in(const struct agent_plan *plan, const char *box_id)
{
    for (size_t i = 0; i < plan->n_roles; i++)
        for (size_t k = 0; k < plan->roles[i].n_drains; k++)
            if (text_is(plan->roles[i].drains[k].box->id, box_id))
                return &plan->roles[i].drains[k];
    return NULL;
}

bool seen_otherwise(const struct look *look, const struct event *event)
{
    if (!event->step || event->step->gate != GATE_DRAIN || event->state == EVENT_DONE)
        return false;
    for (size_t i = 0; i < look->plan.n_agents; i++) {
        const struct agent_plan *plan = &look->plan.agents[i];
        if (!text_is(plan->agent->id, event->agent->id))
            continue;
        const struct drain *drain = drain_in(plan, event->step->box_id);
        return drain && drain->calls != event->step->calls;
    }
    return false;
}

struct render seen_render(const struct face *face, const struct look *look)
{
    struct render r = {.key = session_key(service_session(face->service)),
                       .now_ms = wall_ms(),
                       .sources = look ? look->sources->text : NULL,
                       .engine = look ? look->engine_text : NULL,
                       .since_ms = rows_since_ms,
                       .since_ctx = face->rows,
                       .works_on = service_works_on,
                       .works_ctx = face->service};

    local_now(&r.local);
    return r;
}

bool query_number(struct web_request *r, const char *name, int64_t least, int64_t most,
                  int64_t otherwise, int64_t *ret)
{
    const char *text = web_query(r, name);

    *ret = otherwise;
    if (!text)
        return true;
    size_t digits = strspn(text, "0123456789");
    *ret = digits && digits <= 18 && !text[digits] ? strtoll(text, NULL, 10) : -1;
    if (*ret >= least && *ret <= most)
        return true;
    web_reply_error(r, 400, "bad_request",
                    arena_printf(web_arena(r), "%s is no number from %lld to %lld.", name,
                                 (long long)least, (long long)most));
    return false;
}

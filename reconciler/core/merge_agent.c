#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/merge_parts.h"
#include "core/settings.h"

enum {
    DEFAULT_MONITOR_S = 10,
    DEFAULT_DRAIN_S = 60 * 60,
    DEFAULT_CALL_AGE_S = 4 * 60 * 60,
};

static const enum role sts_roles[] = {ROLE_STS, ROLE_CORE};
static const enum role pipeline_roles[] = {ROLE_ASR, ROLE_LLM, ROLE_TTS, ROLE_CORE};

void problem_set(struct arena *a, struct problem *p, struct pos at, const char *fmt, ...)
{
    char text[512];
    va_list ap;

    if (p->text)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    p->text = arena_strdup(a, text);
    p->at = at;
}

struct origin origin_of_row(const struct merging *s, const char *table, const char *name)
{
    return (struct origin){.kind = FROM_DATABASE,
                           .where =
                               arena_printf(s->arena, "%s \"%s\", %s", table, name, s->db_name)};
}

bool name_is_usable(const char *s)
{
    static const char inner[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    size_t n = strlen(s);
    return n > 0 && n <= 200 && !strchr("_.-", s[0]) && strspn(s, inner) == n;
}

/* status of the dashboard, `database: {agents: …}` over it, `state` of the spec over both. */
static enum wish wish_of(const struct merging *s, const struct agent_inputs *in,
                         struct origin *ret_origin, struct problem *problem)
{
    const struct value *state = in->spec ? &in->spec->state : NULL;

    *ret_origin = in->origin;
    if (state && state->text) {
        *ret_origin = state->origin;
        return text_is(state->text, "stopped")  ? WISH_STOP
               : text_is(state->text, "absent") ? WISH_ABSENT
                                                : WISH_RUN;
    }
    if (!in->row)
        return WISH_RUN;
    *ret_origin = in->row_origin;
    if (text_is(s->spec->database_agents.text, "all")) {
        *ret_origin = s->spec->database_agents.origin;
        return WISH_RUN;
    }
    const char *status = in->row->status ? in->row->status : "";
    if (text_is(status, "stopped") || text_is(status, "stopping"))
        return WISH_STOP;
    if (!text_is(status, "running") && !text_is(status, "starting") && !text_is(status, "error"))
        problem_set(s->arena, problem, (struct pos){0},
                    "agent \"%s\", %s: status \"%s\" is not known", in->name, s->db_name, status);
    return WISH_RUN;
}

/* An order to stop stands over a wish to run; what the sources have stopped is theirs. */
static void lay_orders_over(const struct merging *s, struct agent *agent)
{
    agent->pause = order_find(s->orders, agent->id, ORDER_PAUSE);
    agent->stop = order_find(s->orders, agent->id, ORDER_STOP);
    agent->restart = order_find(s->orders, agent->id, ORDER_RESTART);
    agent->rollback = order_find(s->orders, agent->id, ORDER_ROLLBACK);
    if (agent->rollback)
        agent->goal = order_goal(s->orders, agent->rollback);
    if (!agent->stop || agent->wish != WISH_RUN)
        return;
    agent->wish = WISH_STOP;
    agent->wish_origin = order_origin(s->arena, agent->stop);
}

static bool spec_has_pipeline(const struct agent_spec *spec)
{
    return spec &&
           (spec->has_role[ROLE_ASR] || spec->has_role[ROLE_LLM] || spec->has_role[ROLE_TTS]);
}

/* The roles of the spec tell the mode; without any, the dashboard's does. */
static bool is_pipeline(const struct merging *s, const struct agent_inputs *in,
                        struct problem *problem)
{
    bool sts = in->spec && in->spec->has_role[ROLE_STS], parts = spec_has_pipeline(in->spec);

    if (sts && parts) {
        enum role other = in->spec->has_role[ROLE_ASR]   ? ROLE_ASR
                          : in->spec->has_role[ROLE_LLM] ? ROLE_LLM
                                                         : ROLE_TTS;
        problem_set(s->arena, problem, in->spec->role_origin[other].at,
                    "%s here and sts in line %u: an agent has either sts or asr, llm and tts",
                    role_name[other], in->spec->role_origin[ROLE_STS].at.line);
    } else if (!sts && !parts && !in->row) {
        problem_set(s->arena, problem, in->origin.at, "agent \"%s\" needs sts, or asr, llm and tts",
                    in->id);
    } else if (!sts && !parts && !text_is(in->row->mode, "sts") &&
               !text_is(in->row->mode, "pipeline")) {
        problem_set(s->arena, problem, in->origin.at, "agent \"%s\", %s: mode \"%s\" is not known",
                    in->name, s->db_name, in->row->mode ? in->row->mode : "");
    }
    return parts || (!sts && in->row && text_is(in->row->mode, "pipeline"));
}

/* The provider of a role: what its spec names, else what the dashboard assigned, else none, which
 * is fine for a role that the spec describes itself.  False: *problem is set. */
static bool provider_of(const struct merging *s, const struct agent_inputs *in, enum role role,
                        struct provider *ret, const struct provider **ret_found,
                        struct problem *problem)
{
    bool described = in->spec && in->spec->has_role[role];
    struct value ref = described ? in->spec->role[role].provider : (struct value){0};
    bool by_id = false;

    *ret_found = NULL;
    if (role == ROLE_CORE && !ref.text)
        return true;
    if (!ref.text && in->row && in->row->provider_id[role]) {
        ref = (struct value){in->row->provider_id[role], in->row_origin};
        by_id = true;
    }
    if (!ref.text && described)
        return true;
    if (!ref.text) {
        problem_set(s->arena, problem, in->origin.at, "agent \"%s\" has no %s provider", in->name,
                    role_upper[role]);
        return false;
    }
    if (!provider_find(s, role, &ref, by_id, ret, problem))
        return false;
    *ret_found = ret;
    return true;
}

static void containers_make(const struct merging *s, const struct agent_inputs *in,
                            struct agent *agent, struct problem *problem)
{
    const enum role *roles = agent->pipeline ? pipeline_roles : sts_roles;
    size_t n = agent->pipeline ? 4 : 2;
    struct container_spec *list = arena_alloc(s->arena, n * sizeof *list);

    for (size_t i = 0; i < n; i++) {
        struct provider provider;
        const struct provider *found;
        if (provider_of(s, in, roles[i], &provider, &found, problem))
            list[agent->n_containers++] = container_make(s, in, roles[i], found, problem);
    }
    agent->containers = list;
}

static void window_make(const struct merging *s, const struct value *v, struct agent *agent,
                        struct problem *problem)
{
    const char *wrong = v->text ? window_parse(s->arena, v->text, &agent->window) : NULL;

    if (wrong)
        problem_set(s->arena, problem, v->origin.at, "its window cannot be read: %s", wrong);
}

static void rollout_make(const struct merging *s, const struct agent_inputs *in,
                         struct agent *agent, struct problem *problem)
{
    struct rollout r = s->spec->rollout;

    if (in->spec)
        rollout_overlay(&r, &in->spec->rollout);
    window_make(s, &r.window, agent, problem);
    agent->stop_first = text_is(r.order.text, "stop-first");
    agent->pause_on_failure = text_is(r.failure_action.text, "pause");
    agent->monitor_s = r.monitor_s.set ? r.monitor_s.n : DEFAULT_MONITOR_S;
    agent->drain = (struct drain_policy){
        .timeout_s = r.drain_timeout_s.set ? r.drain_timeout_s.n : DEFAULT_DRAIN_S,
        .max_call_age_s = r.max_call_age_s.set ? r.max_call_age_s.n : DEFAULT_CALL_AGE_S,
        .on_timeout = text_is(r.on_timeout.text, "force")   ? ON_TIMEOUT_FORCE
                      : text_is(r.on_timeout.text, "abort") ? ON_TIMEOUT_ABORT
                                                            : ON_TIMEOUT_WAIT,
    };
}

struct agent agent_make(const struct merging *s, const struct agent_inputs *in)
{
    struct problem problem = {0}, ignored = {0};
    struct agent agent = {.id = in->id, .name = in->name, .origin = in->origin};

    if (!name_is_usable(in->id))
        problem_set(
            s->arena, &problem, in->origin.at,
            "\"%s\" cannot be part of a container's name: letters, digits, \"_\", \".\" and "
            "\"-\" only, beginning with a letter or digit",
            in->id);
    if (in->row && in->row->problem)
        problem_set(s->arena, &problem, in->origin.at, "agent \"%s\", %s: %s", in->name, s->db_name,
                    in->row->problem);
    agent.wish = wish_of(s, in, &agent.wish_origin, &problem);
    lay_orders_over(s, &agent);
    rollout_make(s, in, &agent, &problem);
    /* What shall not run needs no provider: nothing wrong with one may keep it running. */
    struct problem *p = agent.wish == WISH_RUN ? &problem : &ignored;
    agent.pipeline = is_pipeline(s, in, p);
    canary_make(s, in, &agent, p);
    if (!p->text)
        containers_make(s, in, &agent, p);
    agent.problem = problem.text;
    agent.problem_at = problem.at;
    return agent;
}

/* planning.h - plans as text, on top of material.h's small world: what would be done, one step a
 * line, with the stamps in temporary names replaced by ordinals. */
#ifndef TESTS_CORE_PLANNING_H
#define TESTS_CORE_PLANNING_H

#include "core/material.h"
#include "records.h"

#include "core/gate.h"
#include "core/model.h"
#include "core/plan.h"
#include "core/view.h"

struct planning {
    struct material m;
    struct plan_options options;
    struct agent_spec agent; /* m.spec's only agent: rollout and settings of the one under test */
    ARRAY(const char *) stamped; /* temporary names already met, in order */
    ARRAY(struct call_row) calls;
    ARRAY(struct heard_call) heard;
    int64_t born_ms; /* the clock when the story began: times in texts count from here */
};

/* "avrd-drain-0000658b9948" -> "avrd-drain-#2": the second such name that was met. */
static inline const char *name_text(struct planning *p, const char *name)
{
    enum place place, other;
    unsigned ordinal = 1;

    if (!name || !place_parse(name, &place, NULL))
        return name ? name : "";
    for (size_t i = 0; i < p->stamped.n; i++) {
        if (strcmp(p->stamped.items[i], name) == 0)
            return arena_printf(p->m.a, "%.*s#%u", (int)(strlen(name) - 12), name, ordinal);
        place_parse(p->stamped.items[i], &other, NULL);
        ordinal += other == place;
    }
    ARRAY_PUSH(p->m.a, p->stamped, arena_strdup(p->m.a, name));
    return arena_printf(p->m.a, "%.*s#%u", (int)(strlen(name) - 12), name, ordinal);
}

/* A sentence that may name such a box. */
static inline const char *sentence_text(struct planning *p, const char *why)
{
    const char *at = why ? strstr(why, "avrd-") : NULL;
    size_t n = at ? strspn(at, "abcdefghijklmnopqrstuvwxyz-0123456789") : 0;

    if (!at)
        return why ? why : "";
    return arena_printf(p->m.a, "%.*s%s%s", (int)(at - why), why,
                        name_text(p, arena_strndup(p->m.a, at, n)), at + n);
}

static inline const char *step_line(struct planning *p, const struct step *s)
{
    static const char *const gates[] = {"", "setup", "soak", "quiet", "drain", "others", "canary"};
    static const char *const holds[] = {"",      "problem", "conflict", "failed", "unhealthy",
                                        "calls", "orphan",  "unsure",   "paused", "canary"};
    struct text t = {.arena = p->m.a};

    text_printf(&t, "%-7s %-4s", step_text[s->kind], role_name[s->role]);
    if (s->kind == STEP_HOLD)
        text_printf(&t, " [%s]", holds[s->hold]);
    if (s->box_name)
        text_printf(&t, " %s", name_text(p, s->box_name));
    if (s->new_name)
        text_printf(&t, "%s %s", s->box_name ? " ->" : "", name_text(p, s->new_name));
    if (s->image)
        text_printf(&t, " %s", s->image);
    if (s->gate)
        text_printf(&t, " %s", gates[s->gate]);
    if (s->kind == STEP_WAIT && s->until_ms)
        text_printf(&t, " until +%llds", (long long)((s->until_ms - p->born_ms) / 1000));
    if (s->calls)
        text_printf(&t, ", calls %d", s->calls);
    if (s->attempt > 1)
        text_printf(&t, ", try %d", s->attempt);
    if (s->forced)
        text_add(&t, ", forced");
    if (s->why)
        text_printf(&t, " (%s)", sentence_text(p, s->why));
    return text_str(&t);
}

static inline const char *verdict_text(enum verdict verdict)
{
    static const char *const texts[] = {
        [VERDICT_SYNC] = "in sync",  [VERDICT_REPLACE] = "replace",
        [VERDICT_UPDATE] = "update", [VERDICT_LIVE] = "live at the next call",
        [VERDICT_CREATE] = "create", [VERDICT_START] = "start",
        [VERDICT_REMOVE] = "remove", [VERDICT_UNDERWAY] = "under way",
        [VERDICT_HOLD] = "hold",     [VERDICT_ORPHAN] = "orphan",
    };
    return texts[verdict];
}

static inline void agent_plan_text(struct planning *p, struct text *t, const struct agent_plan *ap)
{
    text_printf(t, "%s: %s\n", ap->agent->name, verdict_text(ap->verdict));
    for (size_t i = 0; i < ap->n_roles; i++) {
        const struct role_plan *rp = &ap->roles[i];
        text_printf(t, "  %s: %s", role_name[rp->role], verdict_text(rp->verdict));
        if (rp->reason)
            text_printf(t, " (%s)", sentence_text(p, rp->reason));
        for (size_t k = 0; k < rp->drifts.n; k++)
            text_printf(t, "%s %s%s%s", k ? "," : ";", rp->drifts.items[k].field,
                        rp->drifts.items[k].key ? " " : "",
                        rp->drifts.items[k].key ? rp->drifts.items[k].key : "");
        text_add(t, "\n");
    }
    for (size_t i = 0; i < ap->n_steps; i++)
        text_printf(t, "    %s\n", step_line(p, &ap->steps[i]));
    if (ap->hold.kind == STEP_HOLD)
        text_printf(t, "    %s\n", step_line(p, &ap->hold));
}

static inline const char *plan_text(struct planning *p, const char *const *only, size_t n_only)
{
    struct text t = {.arena = p->m.a};
    struct plan plan = plan_make(p->m.a, &p->m.d, &p->m.o, &test_key, &p->options, only, n_only);

    for (size_t i = 0; i < plan.n_agents; i++)
        agent_plan_text(p, &t, &plan.agents[i]);
    text_printf(&t, "%s\n", plan_in_sync(&plan) ? "in sync" : "not in sync");
    return text_str(&t);
}

/* The one next step of an agent. */
static inline const char *next_text(struct planning *p, const char *agent)
{
    struct step s =
        agent_next(p->m.a, &p->m.d, agent_of(&p->m, agent), &p->m.o, &test_key, &p->options);
    return step_line(p, &s);
}

/* --- telling a story ------------------------------------------------------------------------- */

/* Both agents run as they are wanted. */
static inline void story_begin(struct planning *p, struct arena *a)
{
    *p = (struct planning){.m = material_new(a)};
    struct agent_row *agents = arena_memdup(a, agent_rows, sizeof agent_rows);

    p->m.db.agents = agents;
    p->m.spec.agents = &p->agent;
    add_images(&p->m);
    p->born_ms = p->m.o.now_ms;
    p->m.o.calls_known = p->m.o.sockets_known = true;
    material_merge(&p->m);
    run_agent(&p->m, "sales");
    run_agent(&p->m, "booking");
    for (size_t i = 0; i < p->m.boxes.n; i++)
        p->m.boxes.items[i].sockets = 0;
}

/* What the inputs became is merged again. */
static inline void story_merge(struct planning *p)
{
    p->m.spec.n_agents = p->agent.key ? 1 : 0;
    material_merge(&p->m);
}

static inline void change_provider(struct planning *p, const char *id, const struct pair *env,
                                   size_t n_env)
{
    struct provider_row *rows = own_providers(&p->m);

    for (size_t i = 0; i < N_OF(provider_rows); i++)
        if (text_is(rows[i].id, id)) {
            rows[i].env = env;
            rows[i].n_env = n_env;
        }
    story_merge(p);
}

static inline void sales_says(struct planning *p, const char *prompt)
{
    struct pair *env = arena_alloc(p->m.a, 2 * sizeof *env);

    env[0] = sts_env[0];
    env[1] = (struct pair){"AGENT_PROMPT", prompt};
    change_provider(p, "p-sts", env, 2);
}

/* What this agent is asked to be now is what it was when it last proved itself. */
static inline void remember_good(struct planning *p, const char *agent)
{
    struct generation *good = arena_alloc(p->m.a, sizeof *good);
    struct record_role *roles = arena_alloc(p->m.a, ROLE__N * sizeof *roles);

    material_resolve(&p->m, agent);
    *good =
        (struct generation){.agent_id = agent_of(&p->m, agent)->id, .number = 1, .roles = roles};
    for (enum role r = 0; r < ROLE__N; r++)
        if (p->m.w[r].spec)
            roles[good->n_roles++] = record_of_wanted(p->m.a, &p->m.w[r]);
    p->m.o.last_good = (struct generations){good, 1};
}

/* A port of the host: two of these cannot run side by side. */
static inline void published_port(struct planning *p)
{
    static const struct value port = {.text = "8088:6030"};

    p->agent = (struct agent_spec){.key = "a1", .has_role[ROLE_STS] = true};
    p->agent.role[ROLE_STS].ports = (struct values){&port, 1, true};
    story_merge(p);
}

/* sts of sales asks for its settings at each call. */
static inline void ask_at_each_call(struct planning *p)
{
    p->agent = (struct agent_spec){.key = "a1", .has_role[ROLE_STS] = true};
    p->agent.role[ROLE_STS].config.text = "per_call";
}

/* … and asks us, from now on. */
static inline void per_call_begins(struct planning *p)
{
    ask_at_each_call(p);
    p->m.host.advertise = "http://avr-reconciler:6100";
    p->m.host.token = &test_key;
    story_merge(p);
}

static inline struct agent_row *row_of(struct planning *p, const char *name)
{
    struct agent_row *rows = arena_memdup(p->m.a, p->m.db.agents, sizeof agent_rows);

    p->m.db.agents = rows;
    return text_is(rows[0].name, name) ? &rows[0] : &rows[1];
}

static inline void drop_box(struct planning *p, const char *name)
{
    struct box *b = box_named(&p->m, name), *end = &p->m.boxes.items[p->m.boxes.n];

    memmove(b, b + 1, (size_t)(end - b - 1) * sizeof *b);
    p->m.o.n_boxes = --p->m.boxes.n;
}

static inline void add_call(struct planning *p, const char *agent_id, int64_t ago_ms)
{
    ARRAY_PUSH(p->m.a, p->calls,
               ((struct call_row){
                   .uuid = "u", .agent_id = agent_id, .started_ms = p->m.o.now_ms - ago_ms}));
    p->m.o.calls = p->calls.items;
    p->m.o.n_calls = p->calls.n;
}

/* A call that core told of by webhook. */
static inline struct heard_call *hear_call(struct planning *p, const char *agent_id, int64_t ago_ms)
{
    struct heard_agent *agent = arena_alloc(p->m.a, sizeof *agent);

    *agent = (struct heard_agent){.id = agent_id, .since_ms = p->m.o.now_ms - 1000};
    ARRAY_PUSH(
        p->m.a, p->heard,
        ((struct heard_call){
            .row = {.uuid = "heard", .agent_id = agent_id, .started_ms = p->m.o.now_ms - ago_ms}}));
    p->m.o.heard = (struct heard){
        .calls = p->heard.items, .n_calls = p->heard.n, .agents = agent, .n_agents = 1};
    return &p->heard.items[p->heard.n - 1];
}

/* A box of what is wanted now, in this place since so long; the caller sets what it likes. */
static inline struct box *put_box(struct planning *p, const char *agent, enum role r,
                                  enum place place, int64_t ago_ms)
{
    material_resolve(&p->m, agent);
    const char *name = place == PLACE_LIVE ? p->m.w[r].spec->name
                                           : place_name(p->m.a, place, p->m.o.now_ms - ago_ms);
    struct box b = model_box(p->m.a, &p->m.w[r], arena_printf(p->m.a, "id-%s", name), name, 1,
                             p->m.o.now_ms - ago_ms);

    b.state = BOX_RUNNING;
    ARRAY_PUSH(p->m.a, p->m.boxes, b);
    p->m.o.boxes = p->m.boxes.items;
    p->m.o.n_boxes = p->m.boxes.n;
    return &p->m.boxes.items[p->m.boxes.n - 1];
}

/* The live box of a role got another name: it was replaced so long ago. */
static inline struct box *retire_live(struct planning *p, const char *name, enum place place,
                                      int64_t ago_ms)
{
    struct box *b = box_named(&p->m, name);

    b->name = place_name(p->m.a, place, p->m.o.now_ms - ago_ms);
    return b;
}

#endif

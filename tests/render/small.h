/* render_small.h - a plan of one agent "sales" whose sts is in sync; a test changes what it is
 * about. */
#ifndef TEST_RENDER_SMALL_H
#define TEST_RENDER_SMALL_H

#include "render/fixture.h"

#include "base/text.h"

struct small {
    struct agent agent;
    struct wanted wanted[2];
    struct box box[2];
    struct role_plan role[2]; /* sts; core, while ap.n_roles is 2 */
    struct agent_plan ap;
    struct plan plan;
    struct desired desired;
    struct render look;
};

static inline struct small *small_new(struct arena *a)
{
    struct small *s = arena_alloc(a, sizeof *s);

    s->agent = fixture_agents[2];
    for (size_t i = 0; i < COUNT(s->role); i++) {
        s->box[i] = fixture_boxes[2 + i];
        s->wanted[i] = (struct wanted){.spec = &sales_specs[i],
                                       .image_ref = s->box[i].image_ref,
                                       .image_id = s->box[i].image_id};
        s->role[i] = (struct role_plan){
            .role = sales_specs[i].role, .wanted = &s->wanted[i], .live = &s->box[i]};
    }
    s->ap = (struct agent_plan){.agent = &s->agent, .roles = s->role, .n_roles = 1};
    s->plan = (struct plan){.agents = &s->ap, .n_agents = 1, .n_containers = 1};
    s->desired = (struct desired){.agents = &s->agent, .n_agents = 1};
    s->look = fixture_render;
    s->look.sources = "a.yaml";
    s->look.engine = "pbx";
    return s;
}

/* The first role, and so the agent, has this verdict. */
static inline void small_is(struct small *s, enum verdict verdict, const char *reason)
{
    s->role[0].verdict = s->ap.verdict = verdict;
    s->role[0].reason = reason;
}

/* The lines of the agent and all that follows: the diff without its head. */
static inline const char *small_plan(struct arena *a, const struct small *s)
{
    const char *text = render_plan(a, &s->look, &s->desired, &s->plan);
    const char *body = strstr(text, "\n\n");

    return body ? body + 2 : text;
}

/* One line of a text, counted from 0, without its indent and its end. */
static inline const char *line_of(struct arena *a, const char *text, size_t n)
{
    for (; n && strchr(text, '\n'); n--)
        text = strchr(text, '\n') + 1;
    text += strspn(text, " ");
    return arena_strndup(a, text, strcspn(text, "\n"));
}

static inline int setup(void **state)
{
    *state = arena_new();
    return 0;
}

static inline int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

#endif

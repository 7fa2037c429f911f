#include "service/causes.h"

#include <stdlib.h>

#include "base/text.h"
#include "core/find.h"

struct cause {
    struct cause *next;
    struct arena *arena; /* of it */
    const char *agent_id, *wish, *text;
};

struct causes {
    struct cause *first;
};

static struct cause **find(struct causes *c, const char *agent_id)
{
    struct cause **at = &c->first;

    while (*at && !text_is((*at)->agent_id, agent_id))
        at = &(*at)->next;
    return at;
}

static void drop(struct cause **at)
{
    struct cause *gone = *at;

    *at = gone->next;
    arena_free(gone->arena);
}

/* One that is held is worked on later: it failed a moment ago, or is paused. */
bool causes_matter(const struct agent_plan *plan)
{
    return plan->n_steps > 0 || plan->hold.kind == STEP_HOLD;
}

static bool is_among(const struct plan *plan, const char *agent_id)
{
    const struct agent_plan *ap = agent_plan_by_id(plan, agent_id);

    return ap && causes_matter(ap);
}

void causes_note(struct causes *c, const char *agent_id, const char *wish, const char *cause)
{
    struct cause **at = find(c, agent_id);

    if (*at && (text_is((*at)->wish, wish) || !*cause))
        return;
    if (*at)
        drop(at);
    struct arena *a = arena_new();
    struct cause *fresh = arena_alloc(a, sizeof *fresh);
    *fresh = (struct cause){.next = c->first,
                            .arena = a,
                            .agent_id = arena_strdup(a, agent_id),
                            .wish = arena_strdup(a, wish),
                            .text = *cause ? arena_strdup(a, cause) : "found at a regular look"};
    c->first = fresh;
}

void causes_keep(struct causes *c, const struct plan *plan)
{
    for (struct cause **at = &c->first; *at;)
        if (is_among(plan, (*at)->agent_id))
            at = &(*at)->next;
        else
            drop(at);
}

const char *causes_of(const struct causes *c, const char *agent_id)
{
    for (const struct cause *at = c->first; at; at = at->next)
        if (text_is(at->agent_id, agent_id))
            return at->text;
    return NULL;
}

struct causes *causes_new(void)
{
    struct causes *c = calloc(1, sizeof *c);

    if (!c)
        abort();
    return c;
}

void causes_free(struct causes *c)
{
    if (!c)
        return;
    while (c->first)
        drop(&c->first);
    free(c);
}

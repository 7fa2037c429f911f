#include "core/find.h"

#include "base/array.h"
#include "base/text.h"

const char *agent_title(const struct agent *agent)
{
    return agent->name && *agent->name ? agent->name : agent->id;
}

const struct agent *agent_by_id(const struct desired *d, const char *id)
{
    for (size_t i = 0; i < d->n_agents; i++)
        if (text_is(d->agents[i].id, id))
            return &d->agents[i];
    return NULL;
}

const struct agent_plan *agent_plan_by_id(const struct plan *plan, const char *id)
{
    for (size_t i = 0; i < plan->n_agents; i++)
        if (text_is(plan->agents[i].agent->id, id))
            return &plan->agents[i];
    return NULL;
}

const struct role_plan *role_plan_of(const struct agent_plan *plan, enum role role)
{
    for (size_t i = 0; i < plan->n_roles; i++)
        if (plan->roles[i].role == role)
            return &plan->roles[i];
    return NULL;
}

static const char *suggestion(struct arena *a, const struct agent *const *agents, size_t n,
                              const char *word)
{
    ARRAY(const char *) known = {0};

    for (size_t i = 0; i < n; i++) {
        ARRAY_PUSH(a, known, agents[i]->id);
        if (agents[i]->name)
            ARRAY_PUSH(a, known, agents[i]->name);
    }
    const char *near = text_suggest(word, known.items, known.n);
    return near ? arena_printf(a, "; did you mean \"%s\"?", near)
                : "; \"avr-reconciler status\" lists them";
}

const struct agent *agent_find(struct arena *a, const struct agent *const *agents, size_t n,
                               const char *word, struct err *err)
{
    const struct agent *named = NULL, *begun = NULL;
    size_t n_named = 0, n_begun = 0;

    for (size_t i = 0; i < n; i++) {
        if (text_is(agents[i]->id, word))
            return agents[i];
        if (text_is(agents[i]->name, word) && ++n_named)
            named = agents[i];
        if (text_starts(agents[i]->id, word) && ++n_begun)
            begun = agents[i];
    }
    if (n_named == 1 || (n_named == 0 && n_begun == 1 && *word))
        return named ? named : begun;
    if (n_named > 1)
        err_set(err, ERR_INVALID, "%zu agents are named \"%s\": write the id instead", n_named,
                word);
    else if (n_begun > 1 && *word)
        err_set(err, ERR_INVALID, "%zu ids begin with \"%s\": write more of it", n_begun, word);
    else
        err_set(err, ERR_INVALID, "unknown agent \"%s\"%s", word, suggestion(a, agents, n, word));
    return NULL;
}

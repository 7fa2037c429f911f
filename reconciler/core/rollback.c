#include "core/rollback.h"

#include "base/text.h"
#include "core/avr.h"
#include "core/env.h"
#include "core/wish.h"

bool rollback_holds(const struct digest_key *key, const struct agent *agent)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    return agent->rollback && text_is(asked_wish(a, key, agent), agent->rollback->away_from);
}

static const char *role_obstacle(struct arena *a, const struct generation *goal, enum role role)
{
    const struct record_role *had = generation_role(goal, role);

    if (!had)
        return arena_printf(a, "generation %u had no %s container", goal->number, role_name[role]);
    if (!had->image_id)
        return arena_printf(a, "the image of %s in generation %u is not known", role_name[role],
                            goal->number);
    const char *sealed = record_sealed(had);
    if (sealed)
        return arena_printf(a,
                            "%s of %s in generation %u was sealed with another key and cannot be "
                            "opened",
                            sealed, role_name[role], goal->number);
    return NULL;
}

const char *rollback_obstacle(struct arena *a, const struct agent *agent,
                              const struct generation *goal)
{
    const char *obstacle = NULL;

    for (size_t i = 0; i < agent->n_containers && !obstacle; i++)
        obstacle = role_obstacle(a, goal, agent->containers[i].role);
    return obstacle;
}

/* An address that nobody had fixed: it named what stood there then. */
static bool is_derived_url(enum role role, const struct record_env *v)
{
    const struct origin avr = {.kind = FROM_AVR};
    struct arena *a CLEANUP_ARENA = arena_new();

    if (role != ROLE_CORE || !text_is(v->origin, origin_text(a, &avr)))
        return false;
    for (enum role r = 0; r < ROLE_CORE; r++)
        if (text_is(v->name, avr_url_name(r)))
            return true;
    return false;
}

static struct env_list goal_env(struct arena *a, const struct record_role *had,
                                const struct origin *origin)
{
    struct env_build b = {.arena = a};

    for (size_t i = 0; i < had->n_env; i++)
        if (!is_derived_url(had->role, &had->env[i]))
            env_put(&b, &(struct env_var){.name = had->env[i].name,
                                          .value = had->env[i].value,
                                          .secret = had->env[i].secret,
                                          .origin = *origin});
    return env_done(&b);
}

const struct container_spec *rollback_container(struct arena *a, const struct agent *agent,
                                                enum role role)
{
    const struct container_spec *asked = agent_container(agent, role);
    const struct record_role *had = generation_role(agent->goal, role);
    struct origin origin = order_origin(a, agent->rollback);
    struct container_spec *c = arena_memdup(a, asked, sizeof *asked);

    c->env = goal_env(a, had, &origin);
    c->if_present = (struct env_list){0};
    c->n_keep = 0;
    c->asks_us = false; /* its environment is that of then, whoever it asked */
    const struct env_var *port = env_get(&c->env, "PORT");
    c->port = port ? (struct value){port->value, origin} : (struct value){0};
    return c;
}

void rollback_image(struct arena *a, const struct agent *agent, const struct observed *o,
                    struct wanted *w)
{
    const struct record_role *had = generation_role(agent->goal, w->spec->role);
    const struct image *image = observed_image(o, had->image_id);
    const struct image *tagged = observed_image(o, had->image_ref);
    bool same = tagged && text_is(tagged->id, had->image_id);

    w->image_ref = same ? had->image_ref : had->image_id;
    w->image_id = had->image_id;
    w->image_origin = order_origin(a, agent->rollback);
    if (!image || !image->id)
        w->problem = arena_printf(a,
                                  "the image of generation %u (%s, %.19s) is not on the engine "
                                  "any more",
                                  agent->goal->number, had->image_ref, had->image_id);
}

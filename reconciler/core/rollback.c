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

const struct record_role *last_good_role(const struct observed *o, const struct agent *agent,
                                         enum role role)
{
    const struct record_role *r = NULL;

    for (size_t i = 0; i < o->last_good.n && !r; i++)
        if (text_is(o->last_good.items[i].agent_id, agent->id))
            r = generation_role(&o->last_good.items[i], role);
    if (!r || !r->image_ref || !r->image_id || record_sealed(r))
        return NULL;
    const struct image *image = observed_image(o, r->image_id);
    return image && image->id ? r : NULL;
}

/* What leads to this container, and from core to others. */
static bool is_wiring(enum role role, const char *name)
{
    for (enum role r = 0; role == ROLE_CORE && r < ROLE_CORE; r++)
        if (text_is(name, avr_url_name(r)))
            return true;
    return text_is(name, "PORT");
}

/* Of the wiring nobody fixed nothing is taken over where it is to stay as it is. */
static bool is_taken_over(const struct earlier *e, const struct record_env *v)
{
    return e->rewires ? !is_derived_url(e->had->role, v) : !is_wiring(e->had->role, v->name);
}

static struct env_list env_of_then(struct arena *a, const struct earlier *e,
                                   const struct env_list *asked)
{
    struct env_build b = {.arena = a};

    for (size_t i = 0; i < e->had->n_env; i++)
        if (is_taken_over(e, &e->had->env[i]))
            env_put(&b, &(struct env_var){.name = e->had->env[i].name,
                                          .value = e->had->env[i].value,
                                          .secret = e->had->env[i].secret,
                                          .origin = e->origin});
    for (size_t i = 0; !e->rewires && i < asked->n; i++)
        if (is_wiring(e->had->role, asked->items[i].name) ||
            text_is(asked->items[i].name, "HTTP_PORT"))
            env_put(&b, &asked->items[i]);
    return env_done(&b);
}

const struct container_spec *earlier_container(struct arena *a, const struct container_spec *asked,
                                               const struct earlier *e)
{
    struct container_spec *c = arena_memdup(a, asked, sizeof *asked);

    c->env = env_of_then(a, e, &asked->env);
    c->if_present = (struct env_list){0};
    c->n_keep = 0;
    c->asks_us = false; /* its environment is that of then, whoever it asked */
    if (!e->rewires)
        return c;
    const struct env_var *port = env_get(&c->env, "PORT");
    c->port = port ? (struct value){port->value, e->origin} : (struct value){0};
    return c;
}

void earlier_image(struct arena *a, const struct earlier *e, const struct observed *o,
                   struct wanted *w)
{
    const struct record_role *had = e->had;
    const struct image *image = observed_image(o, had->image_id);
    const struct image *tagged = observed_image(o, had->image_ref);
    bool same = tagged && text_is(tagged->id, had->image_id);

    w->image_ref = same ? had->image_ref : had->image_id;
    w->image_id = had->image_id;
    w->image_origin = e->origin;
    if (!image || !image->id)
        w->problem = arena_printf(a,
                                  "the image of generation %u (%s, %.19s) is not on the engine "
                                  "any more",
                                  e->number, had->image_ref, had->image_id);
}

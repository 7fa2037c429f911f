#include "core/last_good.h"

#include "base/text.h"
#include "core/avr.h"
#include "core/env.h"

/* NULL: none, or something of it cannot be told any more. */
static const struct record_role *find(const struct observed *o, const struct agent *agent,
                                      enum role role)
{
    const struct record_role *r = NULL;

    for (size_t i = 0; i < o->last_good.n && !r; i++)
        if (text_is(o->last_good.items[i].agent_id, agent->id))
            r = generation_role(&o->last_good.items[i], role);
    return r && r->image_ref && r->image_id && !record_sealed(r) ? r : NULL;
}

static void keep_now(struct env_build *b, const struct wanted *now, const char *name)
{
    const struct env_var *v = env_get(&now->env, name);

    if (v)
        env_put(b, v);
}

/* What leads to this container, and from core to others, stays as it is wanted now. */
static struct env_list env_of_then(struct arena *a, const struct record_role *then,
                                   const struct wanted *now)
{
    struct env_build b = {.arena = a};

    for (size_t i = 0; i < then->n_env; i++)
        env_put(&b, &(struct env_var){.name = then->env[i].name,
                                      .value = then->env[i].value,
                                      .secret = then->env[i].secret,
                                      .origin = {.kind = FROM_CONTAINER}});
    keep_now(&b, now, "PORT");
    keep_now(&b, now, "HTTP_PORT");
    for (enum role r = 0; now->spec->role == ROLE_CORE && r < ROLE_CORE; r++)
        keep_now(&b, now, avr_url_name(r));
    return env_done(&b);
}

bool last_good_wanted(struct arena *a, const struct observed *o, const struct agent *agent,
                      const struct wanted *now, struct wanted *ret)
{
    const struct record_role *then = find(o, agent, now->spec->role);
    const struct image *image = then ? observed_image(o, then->image_id) : NULL;
    const struct image *tagged = then ? observed_image(o, then->image_ref) : NULL;

    if (!then || !image || !image->id || now->problem || now->as_set)
        return false;
    *ret = *now;
    ret->image_ref = tagged && text_is(tagged->id, then->image_id) ? then->image_ref : image->id;
    ret->image_id = image->id;
    ret->image_note = ret->pull_why = NULL;
    ret->pull = false;
    ret->env = env_of_then(a, then, now);
    return true;
}

#include "core/last_good.h"

#include "base/text.h"
#include "core/avr.h"
#include "core/env.h"

static const struct last_good *find(const struct observed *o, const struct agent *agent,
                                    enum role role)
{
    for (size_t i = 0; i < o->n_last_good; i++)
        if (o->last_good[i].role == role && text_is(o->last_good[i].agent_id, agent->id))
            return &o->last_good[i];
    return NULL;
}

static void keep_now(struct env_build *b, const struct wanted *now, const char *name)
{
    const struct env_var *v = env_get(&now->env, name);

    if (v)
        env_put(b, v);
}

/* What leads to this container, and from core to others, stays as it is wanted now. */
static struct env_list env_of_then(struct arena *a, const struct last_good *then,
                                   const struct wanted *now)
{
    struct env_build b = {.arena = a};

    env_put_all(&b, &then->env);
    keep_now(&b, now, "PORT");
    keep_now(&b, now, "HTTP_PORT");
    for (enum role r = 0; now->spec->role == ROLE_CORE && r < ROLE_CORE; r++)
        keep_now(&b, now, avr_url_name(r));
    return env_done(&b);
}

bool last_good_wanted(struct arena *a, const struct observed *o, const struct agent *agent,
                      const struct wanted *now, struct wanted *ret)
{
    const struct last_good *then = find(o, agent, now->spec->role);
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

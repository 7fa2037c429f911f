#include "service/generation.h"

#include "base/array.h"
#include "base/clock.h"
#include "core/wish.h"
#include "store/generations.h"

static const struct record_env *record_env(struct arena *a, const struct env_list *env)
{
    struct record_env *ret = arena_alloc(a, (env->n + 1) * sizeof *ret);

    for (size_t i = 0; i < env->n; i++)
        ret[i] = (struct record_env){.name = env->items[i].name,
                                     .value = env->items[i].value,
                                     .secret = env->items[i].secret,
                                     .origin = origin_text(a, &env->items[i].origin)};
    return ret;
}

static struct record_role record_role(struct arena *a, const struct digest_key *key,
                                      const struct role_plan *rp)
{
    const struct wanted *w = rp->wanted;

    return (struct record_role){.role = rp->role,
                                .image_ref = w->image_ref,
                                .image_id = rp->live ? rp->live->image_id : w->image_id,
                                .settings_hash = wanted_wish(a, key, w),
                                .env = record_env(a, &w->env),
                                .n_env = w->env.n};
}

int generation_record(struct store *store, const struct digest_key *key,
                      const struct agent_plan *plan, const char *cause, struct err *err)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct record_role roles[ROLE__N];
    size_t n = 0;
    unsigned number;

    for (size_t i = 0; i < plan->n_roles; i++)
        if (plan->roles[i].wanted)
            roles[n++] = record_role(a, key, &plan->roles[i]);
    if (n == 0)
        return 0;
    if (generation_note(store, plan->agent->id, roles, n, cause, wall_ms(), &number, err) < 0)
        return -1;
    return generation_mark_good(store, plan->agent->id, number, wall_ms(), err);
}

#include "service/generation.h"

#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/text.h"
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

/* "registry/any@sha256:…" -> "sha256:…"; NULL: it was never pulled or pushed. */
static const char *image_digest(const struct observed *o, const char *image_id)
{
    const struct image *image = image_id ? observed_image(o, image_id) : NULL;
    const char *at = image && image->n_digests ? strchr(image->digests[0], '@') : NULL;

    return at ? at + 1 : NULL;
}

static struct record_role record_role(struct arena *a, const struct digest_key *key,
                                      const struct observed *o, const struct role_plan *rp)
{
    const struct wanted *w = rp->wanted;

    return (struct record_role){.role = rp->role,
                                .image_ref = w->image_ref,
                                .image_id = rp->live->image_id,
                                .image_digest = image_digest(o, rp->live->image_id),
                                .settings_hash = wanted_wish(a, key, w),
                                .env = record_env(a, &w->env),
                                .n_env = w->env.n};
}

static bool is_as_wanted(const struct role_plan *rp)
{
    return rp->live && rp->live->state == BOX_RUNNING &&
           !drifts_have(&rp->drifts, EFFECT_REPLACE) && !drifts_have(&rp->drifts, EFFECT_UPDATE);
}

struct drained generation_drained(struct arena *a, const struct observed *o)
{
    ARRAY(const struct box *) list = {0};
    enum place place;

    for (size_t i = 0; i < o->n_boxes; i++)
        if (place_parse(o->boxes[i].name, &place, NULL) && place == PLACE_DRAIN)
            ARRAY_PUSH(a, list, &o->boxes[i]);
    return (struct drained){list.items, list.n};
}

/* When the last of what is in force got its name: what it replaced may still be there, and says so
 * in its own. */
static int64_t since_ms(const struct drained *drained, const struct agent_plan *plan)
{
    int64_t since = 0;

    for (size_t i = 0; i < drained->n; i++) {
        const struct box *b = drained->boxes[i];
        const char *slot = pair_get(b->labels, b->n_labels, "agentName");
        for (size_t k = 0; k < plan->n_roles; k++)
            if (text_is(plan->roles[k].name, slot) && box_since_ms(b) > since)
                since = box_since_ms(b);
    }
    return since;
}

static bool has_proved_itself(const struct observed *o, const struct agent_plan *plan)
{
    int64_t since = o->now_ms - plan->agent->monitor_s * 1000;

    for (size_t i = 0; i < plan->n_roles; i++)
        if (plan->roles[i].wanted && plan->roles[i].live->started_ms > since)
            return false;
    return plan->verdict == VERDICT_SYNC && plan->n_steps == 0;
}

static int mark_good(struct store *store, const char *agent_id, unsigned number, struct err *err)
{
    unsigned good;

    if (generation_last_good(store, agent_id, &good, err) < 0)
        return -1;
    return good == number ? 0 : generation_mark_good(store, agent_id, number, wall_ms(), err);
}

int generation_record(struct store *store, const struct digest_key *key, const struct observed *o,
                      const struct drained *drained, const struct agent_plan *plan,
                      const char *cause, unsigned *ret_number, struct err *err)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct record_role roles[ROLE__N];
    size_t n = 0;

    *ret_number = 0;
    for (size_t i = 0; i < plan->n_roles; i++) {
        if (!plan->roles[i].wanted)
            continue;
        if (!is_as_wanted(&plan->roles[i]))
            return 0;
        roles[n++] = record_role(a, key, o, &plan->roles[i]);
    }
    if (n == 0)
        return 0;
    int64_t since = since_ms(drained, plan);
    if (generation_note(store, plan->agent->id, roles, n, cause, since ? since : wall_ms(),
                        ret_number, err) < 0)
        return -1;
    return has_proved_itself(o, plan) ? mark_good(store, plan->agent->id, *ret_number, err) : 0;
}

unsigned generation_newest(struct store *store, const char *agent_id)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct generations list;
    struct err err;

    return generation_list(store, a, agent_id, 1, &list, &err) == 0 && list.n ? list.items[0].number
                                                                              : 0;
}

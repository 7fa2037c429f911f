#include "core/record.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"

const char *const change_result_name[CHANGE__N] = {
    [CHANGE_UNDERWAY] = "underway", [CHANGE_DONE] = "done", [CHANGE_FAILED] = "failed",
    [CHANGE_WAITING] = "waiting",   [CHANGE_HELD] = "held", [CHANGE_INTERRUPTED] = "interrupted",
};

const char *const change_result_words[CHANGE__N] = {
    [CHANGE_UNDERWAY] = "under way", [CHANGE_DONE] = "done", [CHANGE_FAILED] = "failed",
    [CHANGE_WAITING] = "waiting",    [CHANGE_HELD] = "held", [CHANGE_INTERRUPTED] = "interrupted",
};

const char *const order_name[ORDER__N] = {
    [ORDER_PAUSE] = "pause",
    [ORDER_STOP] = "stop",
    [ORDER_RESTART] = "restart",
    [ORDER_ROLLBACK] = "rollback",
};

const struct record_role *generation_role(const struct generation *g, enum role role)
{
    for (size_t i = 0; i < g->n_roles; i++)
        if (g->roles[i].role == role)
            return &g->roles[i];
    return NULL;
}

const char *record_sealed(const struct record_role *r)
{
    for (size_t i = 0; i < r->n_env; i++)
        if (!r->env[i].value)
            return r->env[i].name;
    return NULL;
}

struct compare {
    struct arena *arena;
    enum role role;
    ARRAY(struct record_difference) found;
};

static void compare_text(struct compare *c, const char *name, const char *have, const char *want)
{
    if (!text_is(have, want))
        ARRAY_PUSH(
            c->arena, c->found,
            (struct record_difference){.role = c->role, .name = name, .have = have, .want = want});
}

/* NULL on a side: the variable is not there. */
static void compare_variable(struct compare *c, const struct record_env *have,
                             const struct record_env *want)
{
    bool sealed = (have && !have->value) || (want && !want->value);

    if (have && want && !sealed && text_is(have->value, want->value))
        return;
    ARRAY_PUSH(
        c->arena, c->found,
        (struct record_difference){.role = c->role,
                                   .name = have ? have->name : want->name,
                                   .variable = true,
                                   .secret = (have && have->secret) || (want && want->secret),
                                   .sealed = sealed,
                                   .have = have ? have->value : NULL,
                                   .want = want ? want->value : NULL});
}

/* Both are sorted by name. */
static void compare_env(struct compare *c, const struct record_role *have,
                        const struct record_role *want)
{
    for (size_t i = 0, k = 0; i < have->n_env || k < want->n_env;) {
        const struct record_env *h = i < have->n_env ? &have->env[i] : NULL;
        const struct record_env *w = k < want->n_env ? &want->env[k] : NULL;
        int order = !h ? 1 : !w ? -1 : strcmp(h->name, w->name);
        i += order <= 0;
        k += order >= 0;
        compare_variable(c, order <= 0 ? h : NULL, order >= 0 ? w : NULL);
    }
}

/* The hash of the settings is worth a line only where no variable tells the difference. */
static void compare_role(struct compare *c, const struct record_role *have,
                         const struct record_role *want)
{
    compare_text(c, "image", have->image_ref, want->image_ref);
    compare_text(c, "image id", have->image_id, want->image_id);
    size_t before = c->found.n;
    compare_env(c, have, want);
    if (c->found.n == before)
        compare_text(c, "settings", have->settings_hash, want->settings_hash);
}

struct record_differences generation_diff(struct arena *a, const struct generation *have,
                                          const struct generation *want)
{
    struct compare c = {.arena = a};

    for (c.role = 0; c.role < ROLE__N; c.role++) {
        const struct record_role *h = generation_role(have, c.role);
        const struct record_role *w = generation_role(want, c.role);
        if (h && w)
            compare_role(&c, h, w);
        else if (h || w)
            compare_text(&c, "container", h ? h->image_ref : NULL, w ? w->image_ref : NULL);
    }
    return (struct record_differences){c.found.items, c.found.n};
}

/* One line a difference, for a log, a history, a message. */
#include "render/parts.h"
#include "base/visible.h"

static const char *side(struct arena *a, const struct render *r, const struct drift *d,
                        const char *value)
{
    if (value && text_starts(value, "sha256:"))
        return short_id(a, value);
    return render_value(a, r->key, value, drift_hidden(d));
}

const char *render_drift_line(struct arena *a, const struct render *r, const struct drift *d)
{
    return arena_printf(a, "%s%s%s %s → %s (%s)", d->field, d->key ? " " : "",
                        d->key ? visible_text(a, d->key) : "", side(a, r, d, d->have),
                        side(a, r, d, d->want), visible_text(a, origin_text(a, &d->origin)));
}

const char *const *render_drift_lines(struct arena *a, const struct render *r,
                                      const struct agent_plan *plan, size_t *ret_n)
{
    ARRAY(const char *) lines = {0};

    for (size_t i = 0; i < plan->n_roles; i++) {
        const struct role_plan *rp = &plan->roles[i];
        if (rp->reason)
            ARRAY_PUSH(a, lines,
                       arena_printf(a, "%s: %s", role_name[rp->role], visible_text(a, rp->reason)));
        for (size_t k = 0; k < rp->drifts.n; k++)
            ARRAY_PUSH(a, lines,
                       arena_printf(a, "%s: %s", role_name[rp->role],
                                    render_drift_line(a, r, &rp->drifts.items[k])));
    }
    *ret_n = lines.n;
    return lines.items;
}

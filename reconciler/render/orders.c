#include "base/out.h"
#include "render/parts.h"
#include "core/rollback.h"

static const char *rollback_said(struct arena *a, const struct render *r, const struct agent *agent)
{
    const char *text = order_text(a, agent->rollback, r->now_ms);

    if (rollback_holds(r->key, agent))
        return text;
    return arena_printf(a, "%s (no longer in force: something else is asked for by now)", text);
}

struct sentences orders_said(struct arena *a, const struct render *r, const struct agent *agent)
{
    const struct order *const plain[] = {agent->pause, agent->stop, agent->restart};
    ARRAY(const char *) list = {0};

    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (plain[i])
            ARRAY_PUSH(a, list, order_text(a, plain[i], r->now_ms));
    if (agent->rollback)
        ARRAY_PUSH(a, list, rollback_said(a, r, agent));
    return (struct sentences){list.items, list.n};
}

void orders_out(struct out *o, const struct render *r, const struct agent *agent)
{
    struct sentences orders = orders_said(o->text.arena, r, agent);

    out_array(o, "orders");
    for (size_t i = 0; i < orders.n; i++)
        out_text(o, NULL, orders.items[i]);
    out_end(o);
}

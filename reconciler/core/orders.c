#include "core/orders.h"

#include "base/text.h"

const struct order *order_find(const struct standing_orders *s, const char *agent_id,
                               enum order_kind kind)
{
    for (size_t i = 0; s && i < s->orders.n; i++)
        if (s->orders.items[i].kind == kind && text_is(s->orders.items[i].agent_id, agent_id))
            return &s->orders.items[i];
    return NULL;
}

const struct generation *order_goal(const struct standing_orders *s, const struct order *order)
{
    for (size_t i = 0; i < s->goals.n; i++)
        if (s->goals.items[i].number == order->to_generation &&
            text_is(s->goals.items[i].agent_id, order->agent_id))
            return &s->goals.items[i];
    return NULL;
}

/* "rolled back to generation 3 by root" */
static const char *deed(struct arena *a, const struct order *o)
{
    static const char *const words[] = {[ORDER_PAUSE] = "paused",
                                        [ORDER_STOP] = "stopped",
                                        [ORDER_RESTART] = "restart ordered",
                                        [ORDER_ROLLBACK] = "rolled back"};
    const char *to =
        o->kind == ORDER_ROLLBACK ? arena_printf(a, " to generation %u", o->to_generation) : "";

    return arena_printf(a, "%s%s by %s", words[o->kind], to, o->who ? o->who : "somebody");
}

const char *order_text(struct arena *a, const struct order *o, int64_t now_ms)
{
    int64_t ago_s = (now_ms - o->at_ms) / 1000;
    struct text t = {.arena = a};

    text_add(&t, deed(a, o));
    if (now_ms)
        text_printf(&t, " %s ago", text_duration(a, ago_s > 0 ? ago_s : 0));
    if (o->why && *o->why)
        text_printf(&t, ": %s", o->why);
    return text_str(&t);
}

struct origin order_origin(struct arena *a, const struct order *o)
{
    return (struct origin){.kind = FROM_ORDER, .where = arena_printf(a, "order: %s", deed(a, o))};
}

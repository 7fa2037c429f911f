#include "service/guest.h"

#include "service/service_parts.h"

int guest_open(struct service *s, struct err *err)
{
    const struct service_guest *g = s->options->guest;

    if (!g)
        return 0;
    if (g->open(g->ctx, s, err) < 0)
        return -1;
    s->guest = g;
    return 0;
}

void guest_close(struct service *s)
{
    if (s->guest)
        s->guest->close(s->guest->ctx);
    s->guest = NULL;
}

void guest_round(const struct service *s, bool good)
{
    if (s->guest)
        s->guest->on_round(s->guest->ctx, good);
}

void guest_event(const struct service *s, const struct event *event)
{
    if (s->guest)
        s->guest->on_event(s->guest->ctx, event);
}

void guest_change(const struct service *s, const struct change *change)
{
    if (s->guest)
        s->guest->on_change(s->guest->ctx, change);
}

void guest_calls(const struct service *s, const struct database *db)
{
    if (s->guest && s->guest->on_calls)
        s->guest->on_calls(s->guest->ctx, db);
}

#include "core/outage.h"

/* The engine's clock may be another host's, and its stream may end after its first containers. */
enum { CLOCKS_MS = 2000 };

static bool lasts(const struct outage *o)
{
    return o->from_ms && !o->until_ms;
}

void outage_begin(struct outage *o, int64_t now_ms)
{
    if (!lasts(o))
        *o = (struct outage){.from_ms = now_ms};
}

void outage_end(struct outage *o, int64_t now_ms)
{
    if (lasts(o))
        o->until_ms = now_ms;
}

bool outage_took(const struct outage *o, const struct box *b, int64_t started_ms)
{
    if (!o || !o->from_ms || !b->finished_ms || b->finished_ms < started_ms)
        return false;
    return b->finished_ms >= o->from_ms - CLOCKS_MS && (lasts(o) || b->finished_ms <= o->until_ms);
}

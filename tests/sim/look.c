/* What the planner sees of a world. */
#include <string.h>

#include "base/text.h"
#include "../records.h"
#include "world.h"

enum { START_MS = 1700000000, ROW_LAG_MS = 2000 };

static const struct image the_image[] = {
    {.asked = "agent/any:1", .id = "sha256:any"},
    {.asked = "sha256:any", .id = "sha256:any"},
};

static int sockets_on(const struct world *w, const struct box *b)
{
    int n = 0;

    for (int i = 0; i < MAX_CALLS; i++)
        for (enum role r = 0; r < ROLE__N; r++)
            n += w->calls[i].live && (r == ROLE_STS || r == ROLE_CORE) &&
                 text_is(w->calls[i].box_id[r], b->id);
    return n;
}

static size_t rows_make(struct arena *a, const struct world *w, const struct call_row **ret)
{
    struct call_row *rows = arena_alloc(a, MAX_CALLS * sizeof *rows);
    size_t n = 0;

    for (int i = 0; i < MAX_CALLS; i++)
        if (w->calls[i].live && w->now_ms - w->calls[i].began_ms >= ROW_LAG_MS)
            rows[n++] = (struct call_row){.uuid = arena_printf(a, "call-%u", w->calls[i].id),
                                          .agent_id = SIM_AGENT,
                                          .started_ms = w->calls[i].began_ms};
    *ret = rows;
    return n;
}

/* Generation 0 proved itself: as the store would remember it. */
static void remember(struct world *w)
{
    const struct desired *d = &w->desired[0];
    struct observed nothing = {.now_ms = w->now_ms, .images = the_image, .n_images = 2};
    struct wanted *wanted = arena_alloc(w->arena, ROLE__N * sizeof *wanted);
    struct generation *good = arena_alloc(w->arena, sizeof *good);
    struct record_role *roles = arena_alloc(w->arena, ROLE__N * sizeof *roles);

    resolve_agent(w->arena, d, &d->agents[0], &nothing, &w->key, wanted);
    *good = (struct generation){.agent_id = SIM_AGENT, .number = 1, .roles = roles};
    for (enum role r = 0; r < ROLE__N; r++)
        if (wanted[r].spec)
            roles[good->n_roles++] = record_of_wanted(w->arena, &wanted[r]);
    w->last_good = (struct generations){good, 1};
}

void world_make(struct world *w, struct arena *a, const struct scenario *s)
{
    memset(w, 0, sizeof *w);
    w->arena = a;
    w->scenario = s;
    w->now_ms = START_MS;
    for (int g = 0; g < MAX_GENERATIONS; g++)
        world_wish(w, g);
    if (s->remembers)
        remember(w);
}

static struct heard hear(const struct world *w, struct arena *a)
{
    struct heard_agent *agent = arena_alloc(a, sizeof *agent);
    struct heard_call *calls = arena_alloc(a, MAX_CALLS * sizeof *calls);
    struct heard h = {.listens = true, .since_ms = w->listens_ms, .calls = calls, .agents = agent};

    *agent = (struct heard_agent){
        .id = SIM_AGENT, .since_ms = w->listens_ms, .asks = true, .earlier = {0, SPEECH_HEARD}};
    h.n_agents = w->asks;
    for (int i = 0; i < MAX_CALLS; i++) {
        const struct sim_call *c = &w->calls[i];
        if (c->live && c->heard)
            calls[h.n_calls++] = (struct heard_call){{.uuid = arena_printf(a, "call-%u", c->id),
                                                      .agent_id = SIM_AGENT,
                                                      .started_ms = c->began_ms,
                                                      .initiated_ms = c->began_ms},
                                                     c->sent_to};
    }
    h.trials = arena_memdup(a, w->trials, (size_t)w->n_trials * sizeof *h.trials);
    h.n_trials = (size_t)w->n_trials;
    return h;
}

struct observed world_observe(struct world *w, struct arena *a)
{
    struct box *boxes = arena_alloc(a, w->n_boxes * sizeof *boxes);
    struct observed o = {.now_ms = w->now_ms, .images = the_image, .n_images = 2};
    size_t n = 0;

    for (size_t i = 0; i < w->n_boxes; i++) {
        struct box *b = &w->boxes[i].box;
        b->sockets = sockets_on(w, b);
        if (b->sockets)
            b->quiet_ms = 0;
        else if (!b->quiet_ms)
            b->quiet_ms = w->now_ms;
        if (!w->boxes[i].hidden)
            boxes[n++] = *b;
    }
    o.boxes = boxes;
    o.n_boxes = n;
    if (w->foreign) {
        o.foreign = arena_memdup(a, &(struct foreign){"somebody's", w->foreign}, sizeof *o.foreign);
        o.n_foreign = 1;
    }
    o.last_good = w->last_good;
    if (w->scenario->canary)
        o.heard = hear(w, a);
    o.sockets_known = w->scenario->witnesses & SEE_SOCKETS;
    o.calls_known = w->scenario->witnesses & SEE_ROWS;
    if (o.calls_known)
        o.n_calls = rows_make(a, w, &o.calls);
    return o;
}

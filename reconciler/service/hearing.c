#include "service/hearing.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "core/serving.h"
#include "core/slot.h"
#include "service/service_parts.h"

struct hearing {
    struct service *service;
    struct board *board;
};

static void tell_gates(void *ctx, struct arena *a, struct heard *ret)
{
    const struct hearing *h = ctx;

    board_heard(h->board, a, ret);
}

struct hearing *hearing_new(struct service *s)
{
    struct hearing *h = calloc(1, sizeof *h);

    if (!h)
        abort();
    h->service = s;
    h->board = board_new();
    session_hear(s->session, tell_gates, h);
    return h;
}

void hearing_free(struct hearing *h)
{
    if (!h)
        return;
    session_hear(h->service->session, NULL, NULL);
    board_free(h->board);
    free(h);
}

const struct board *hearing_board(const struct hearing *h)
{
    return h->board;
}

void hearing_event(struct hearing *h, const struct call_event *e)
{
    account_heard(h->service->account, board_hear(h->board, e, wall_ms()));
}

/* --- who is to take a call ------------------------------------------------------------------- */

static const struct agent *agent_of(const struct desired *d, const char *id)
{
    for (size_t i = 0; i < d->n_agents; i++)
        if (text_is(d->agents[i].id, id))
            return &d->agents[i];
    return NULL;
}

/* Nothing has happened to a container of the agent since the last look. */
static bool is_as_seen(const struct service *s, const struct agent *agent)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const struct desired *d = &s->last.look.sources->desired;
    const struct observed *o = &s->last.look.observed;

    for (size_t i = 0; i < o->n_boxes; i++) {
        const struct box *b = &o->boxes[i];
        const char *slot = pair_get(b->labels, b->n_labels, "agentName");
        if (!sight_holds(s->sight, b->id) && agent_owns(a, d, agent, b->name, slot))
            return false;
    }
    return true;
}

/* Whoever works on the agent knows its containers step by step.  Of the others the last look tells,
 * unless something has happened to them since: a container that is gone must not be given a call.
 */
static const struct observed *sight_of(const struct service *s, const struct agent *agent)
{
    if (!sight_holds(s->sight, agent->id))
        return NULL;
    if (fleet_works_on(s->fleet, agent->id))
        return fleet_sees(s->fleet, agent->id);
    return is_as_seen(s, agent) ? &s->last.look.observed : NULL;
}

const char *hearing_route(struct hearing *h, struct arena *a, const struct call_event *e)
{
    const struct service *s = h->service;
    const char *box_id;

    if (!s->last.arena || !e->agent_id)
        return NULL;
    const struct desired *d = &s->last.look.sources->desired;
    const struct agent *agent = agent_of(d, e->agent_id);
    const struct observed *sight = agent ? sight_of(s, agent) : NULL;
    const char *url = sight ? serving_sts_url(a, d, agent, sight, &box_id) : NULL;
    if (url)
        board_sent_to(h->board, e->uuid, box_id);
    return url;
}

/* --- lost ends ------------------------------------------------------------------------------- */

static void on_lost(void *ctx, const struct board_call *c)
{
    const struct hearing *h = ctx;
    struct board_call ended = *c;

    ended.state = CALL_ENDED;
    ended.ended_ms = c->last_ms;
    account_heard(h->service->account, &ended);
}

/* No gate believes in a call for longer than the longest that an agent allows. */
void hearing_round(struct hearing *h, const struct look *look)
{
    const struct desired *d = &look->sources->desired;
    int64_t longest_s = 0;

    for (size_t i = 0; i < d->n_agents; i++)
        if (d->agents[i].drain.max_call_age_s > longest_s)
            longest_s = d->agents[i].drain.max_call_age_s;
    board_prune(h->board, wall_ms(), longest_s * 1000, on_lost, h);
}

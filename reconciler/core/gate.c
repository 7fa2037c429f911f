#include "core/gate.h"

#include <string.h>

#include "core/slot.h"

static int64_t row_began_ms(const struct call_row *c)
{
    return c->started_ms ? c->started_ms : c->initiated_ms;
}

static bool row_is_of(const struct agent *agent, const struct call_row *c)
{
    return c->agent_id && strcmp(c->agent_id, agent->id) == 0;
}

static bool row_is_too_old(const struct agent *agent, const struct call_row *c, int64_t now_ms)
{
    int64_t began = row_began_ms(c);

    return began && now_ms - began > agent->drain.max_call_age_s * 1000;
}

/* Not one too old to be a call, or of somebody else, or begun after the box lost its name. */
static bool row_counts(const struct agent *agent, const struct call_row *c, int64_t now_ms,
                       int64_t until_ms)
{
    int64_t began = row_began_ms(c);

    if (!row_is_of(agent, c) || row_is_too_old(agent, c, now_ms))
        return false;
    return !until_ms || !began || began <= until_ms;
}

static void add_row(const struct call_row *c, int *n, int64_t *oldest_ms)
{
    int64_t began = row_began_ms(c);

    ++*n;
    if (began && (*oldest_ms == 0 || began < *oldest_ms))
        *oldest_ms = began;
}

static int count_rows(const struct agent *agent, const struct observed *o, int64_t until_ms,
                      int64_t *oldest_ms)
{
    int n = 0;

    for (size_t i = 0; i < o->n_calls; i++)
        if (row_counts(agent, &o->calls[i], o->now_ms, until_ms))
            add_row(&o->calls[i], &n, oldest_ms);
    return n;
}

/* Since when none of the boxes that were counted has a connection; 0: one has, or none was. */
static int64_t quiet_since(const struct observed *o)
{
    int64_t since = 0;

    for (size_t i = 0; i < o->n_boxes; i++) {
        const struct box *b = &o->boxes[i];
        if (!box_runs(b) || b->sockets < 0)
            continue;
        if (b->sockets > 0)
            return 0;
        since = b->quiet_ms > since ? b->quiet_ms : since;
    }
    return since;
}

struct calls calls_of(const struct agent *agent, const struct observed *o)
{
    struct calls calls = {.n = -1, .witness = o->calls_known};

    if (!o->calls_known)
        return calls;
    calls.n = count_rows(agent, o, 0, &calls.oldest_ms);
    for (size_t i = 0; i < o->n_calls; i++)
        if (row_is_of(agent, &o->calls[i]) && row_is_too_old(agent, &o->calls[i], o->now_ms))
            add_row(&o->calls[i], &calls.lost, &calls.lost_ms);
    if (calls.n && o->sockets_known)
        calls.quiet_ms = quiet_since(o);
    return calls;
}

/* A candidate never had the name, and one that failed had it for a moment at most, while its
 * predecessor had all calls: the agent's rows say nothing of it where its own connections can be
 * counted. */
static bool is_candidate(const struct box *b)
{
    enum place place;

    return place_parse(b->name, &place, NULL) && place != PLACE_DRAIN;
}

struct calls calls_on(const struct agent *agent, enum role role, const struct box *box,
                      const struct observed *o, int64_t until_ms)
{
    bool holds = role_holds_calls(role); /* of the others, who dials them tells */
    bool rows_apply = o->calls_known && holds && !(o->sockets_known && is_candidate(box));
    struct calls calls = {.witness = o->sockets_known || rows_apply || !holds};

    if (rows_apply)
        calls.n = count_rows(agent, o, until_ms, &calls.oldest_ms);
    if (!calls.witness) {
        calls.n = -1;
        return calls;
    }
    if (!o->sockets_known)
        return calls;
    if (box->sockets < 0) {
        calls.n = -1;
        return calls;
    }
    if (box->quiet_ms && o->now_ms - box->quiet_ms >= LOST_END_MS) {
        calls.lost = calls.n;
        calls.lost_ms = calls.oldest_ms;
        calls.n = 0;
        calls.oldest_ms = 0;
    }
    calls.quiet_ms = calls.n ? box->quiet_ms : 0;
    if (box->sockets > calls.n)
        calls.n = box->sockets;
    return calls;
}

int64_t calls_setup_until(const struct agent *agent, const struct observed *o)
{
    int64_t until = 0;

    for (size_t i = 0; i < o->n_calls; i++) {
        const struct call_row *c = &o->calls[i];
        if (c->started_ms || !c->initiated_ms || !row_counts(agent, c, o->now_ms, 0))
            continue;
        if (c->initiated_ms + SETUP_MS > o->now_ms && c->initiated_ms + SETUP_MS > until)
            until = c->initiated_ms + SETUP_MS;
    }
    return until;
}

enum drain_verdict drain_check(const struct agent *agent, const struct calls *calls,
                               int64_t since_ms, int64_t now_ms, int64_t *ret_until)
{
    int64_t deadline = since_ms + agent->drain.timeout_s * 1000;
    bool over = since_ms && agent->drain.timeout_s && now_ms >= deadline;

    *ret_until = 0;
    if (calls->n == 0)
        return DRAIN_DONE;
    if (!calls->witness) {
        *ret_until = deadline;
        return over ? DRAIN_DONE : DRAIN_WAIT;
    }
    if (agent->drain.on_timeout == ON_TIMEOUT_WAIT)
        return DRAIN_WAIT;
    *ret_until = deadline;
    if (!over)
        return DRAIN_WAIT;
    return agent->drain.on_timeout == ON_TIMEOUT_FORCE ? DRAIN_FORCE : DRAIN_ABORT;
}

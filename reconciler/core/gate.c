#include "core/gate.h"

#include <string.h>

#include "base/text.h"
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

/* A candidate is reached by the calls that a canary sends to it, and never by its name: not by one
 * that began before it was there, or that was heard of from its beginning and sent elsewhere. */
static bool may_be_on(const struct box *b, const struct call_row *c, const struct heard_call *heard)
{
    int64_t began = row_began_ms(c);

    if (!b || !box_is_next(b))
        return true;
    if (heard && (heard->box_id || heard->row.initiated_ms))
        return text_is(heard->box_id, b->id);
    return !began || began >= box_since_ms(b);
}

static const struct heard_call *heard_call(const struct observed *o, const char *uuid)
{
    for (size_t i = 0; i < o->heard.n_calls; i++)
        if (text_is(o->heard.calls[i].row.uuid, uuid))
            return &o->heard.calls[i];
    return NULL;
}

/* box NULL: on any. */
static int count_rows(const struct agent *agent, const struct observed *o, const struct box *box,
                      int64_t until_ms, int64_t *oldest_ms)
{
    int n = 0;

    for (size_t i = 0; i < o->n_calls; i++) {
        const struct call_row *c = &o->calls[i];
        if (row_counts(agent, c, o->now_ms, until_ms) && may_be_on(box, c, heard_call(o, c->uuid)))
            add_row(c, &n, oldest_ms);
    }
    return n;
}

/* --- what was heard -------------------------------------------------------------------------- */

static const struct heard_agent *heard_agent(const struct agent *agent, const struct observed *o)
{
    for (size_t i = 0; i < o->heard.n_agents; i++)
        if (strcmp(o->heard.agents[i].id, agent->id) == 0)
            return &o->heard.agents[i];
    return NULL;
}

/* Whoever has listened for longer than a call lasts knows of all of them. */
static bool heard_all(const struct agent *agent, const struct observed *o)
{
    const struct heard_agent *a = heard_agent(agent, o);

    return a && o->now_ms - a->since_ms > agent->drain.max_call_age_s * 1000;
}

static bool row_was_counted(const struct agent *agent, const struct observed *o, const char *uuid,
                            int64_t until_ms)
{
    for (size_t i = 0; o->calls_known && i < o->n_calls; i++)
        if (text_is(o->calls[i].uuid, uuid) && row_counts(agent, &o->calls[i], o->now_ms, until_ms))
            return true;
    return false;
}

/* Adds the calls that no row has told of already.  box NULL: on any.  by_name: calls reach the box
 * by its name as well, so all of that time may be on it. */
static int count_heard(const struct agent *agent, const struct observed *o, const struct box *box,
                       bool by_name, int64_t until_ms, int64_t *oldest_ms)
{
    int n = 0;

    for (size_t i = 0; i < o->heard.n_calls; i++) {
        const struct heard_call *c = &o->heard.calls[i];
        bool sent_here = box && c->box_id && text_is(c->box_id, box->id) &&
                         row_counts(agent, &c->row, o->now_ms, 0);
        bool by_its_name = by_name && row_counts(agent, &c->row, o->now_ms, until_ms) &&
                           may_be_on(box, &c->row, c);
        if (!sent_here && !by_its_name)
            continue;
        if (!by_name || !row_was_counted(agent, o, c->row.uuid, until_ms))
            add_row(&c->row, &n, oldest_ms);
    }
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

static void add_lost(const struct agent *agent, const struct observed *o, struct calls *calls)
{
    for (size_t i = 0; o->calls_known && i < o->n_calls; i++)
        if (row_is_of(agent, &o->calls[i]) && row_is_too_old(agent, &o->calls[i], o->now_ms))
            add_row(&o->calls[i], &calls->lost, &calls->lost_ms);
}

struct calls calls_of(const struct agent *agent, const struct observed *o)
{
    struct calls calls = {0};

    if (o->calls_known)
        calls.n = count_rows(agent, o, NULL, 0, &calls.oldest_ms);
    calls.n += count_heard(agent, o, NULL, true, 0, &calls.oldest_ms);
    calls.witness = o->calls_known || calls.n || heard_all(agent, o);
    if (!calls.witness)
        calls.n = -1;
    add_lost(agent, o, &calls);
    if (calls.n > 0 && o->sockets_known)
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

static bool is_being_set_up(const struct call_row *c, int64_t now_ms)
{
    return !c->started_ms && c->initiated_ms && c->initiated_ms + SETUP_MS > now_ms;
}

static int64_t setup_until(const struct agent *agent, const struct observed *o, int64_t until_ms)
{
    int64_t last_ms = 0;

    for (size_t i = 0; i < o->n_calls + o->heard.n_calls; i++) {
        const struct call_row *c =
            i < o->n_calls ? &o->calls[i] : &o->heard.calls[i - o->n_calls].row;
        if (is_being_set_up(c, o->now_ms) && row_counts(agent, c, o->now_ms, until_ms) &&
            c->initiated_ms > last_ms)
            last_ms = c->initiated_ms;
    }
    return last_ms ? last_ms + SETUP_MS : 0;
}

int64_t calls_setup_until(const struct agent *agent, const struct observed *o)
{
    return setup_until(agent, o, 0);
}

/* What was told of calls whose connections are gone for long was told of lost ends; not while one
 * is being set up, which has none yet. */
static void tell_lost_ends(struct calls *calls, const struct agent *agent, const struct box *box,
                           const struct observed *o, int64_t until_ms)
{
    bool quiet = box->quiet_ms && o->now_ms - box->quiet_ms >= LOST_END_MS;

    if (!quiet || setup_until(agent, o, until_ms))
        return;
    calls->lost = calls->n;
    calls->lost_ms = calls->oldest_ms;
    calls->n = 0;
    calls->oldest_ms = 0;
}

struct calls calls_on(const struct agent *agent, enum role role, const struct box *box,
                      const struct observed *o, int64_t until_ms)
{
    bool holds = role_holds_calls(role); /* of the others, who dials them tells */
    bool by_name = holds && !(o->sockets_known && is_candidate(box));
    bool rows_apply = o->calls_known && by_name;
    struct calls calls = {0};

    if (rows_apply)
        calls.n = count_rows(agent, o, box, until_ms, &calls.oldest_ms);
    if (holds)
        calls.n += count_heard(agent, o, box, by_name, until_ms, &calls.oldest_ms);
    calls.witness =
        o->sockets_known || rows_apply || !holds || calls.n || (by_name && heard_all(agent, o));
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
    tell_lost_ends(&calls, agent, box, o, until_ms);
    calls.quiet_ms = calls.n ? box->quiet_ms : 0;
    if (box->sockets > calls.n)
        calls.n = box->sockets;
    return calls;
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

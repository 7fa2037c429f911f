#include "calls/board.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct listened { /* an agent whose core sends its events here */
    char id[CALL_AGENT_MAX + 1];
    int64_t since_ms, last_ms;
};

struct board {
    struct board_call *calls[BOARD_CALLS]; /* by uuid */
    size_t n;
    struct listened agents[BOARD_AGENTS];
    size_t n_agents;
};

struct board *board_new(void)
{
    struct board *b = calloc(1, sizeof *b);

    if (!b)
        abort();
    return b;
}

void board_free(struct board *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < b->n; i++)
        free(b->calls[i]);
    free(b);
}

/* --- calls by uuid --------------------------------------------------------------------------- */

/* Where it is, or would have to be. */
static size_t place_of(const struct board *b, const char *uuid, bool *ret_found)
{
    size_t low = 0, high = b->n;

    *ret_found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(b->calls[middle]->uuid, uuid);
        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void forget(struct board *b, size_t i)
{
    free(b->calls[i]);
    memmove(&b->calls[i], &b->calls[i + 1], (b->n - i - 1) * sizeof b->calls[0]);
    b->n--;
}

static struct listened *listened_to(struct board *b, const char *agent_id)
{
    for (size_t i = 0; i < b->n_agents; i++)
        if (strcmp(b->agents[i].id, agent_id) == 0)
            return &b->agents[i];
    return NULL;
}

/* The one that ended first; where none has ended, the one that was heard of first. */
static size_t least_missed(const struct board *b)
{
    size_t least = 0;

    for (size_t i = 1; i < b->n; i++) {
        const struct board_call *c = b->calls[i], *l = b->calls[least];
        bool over = c->state == CALL_ENDED, l_over = l->state == CALL_ENDED;
        if (over != l_over ? over : over ? c->ended_ms < l->ended_ms : c->first_ms < l->first_ms)
            least = i;
    }
    return least;
}

/* Whoever forgets a live call knows its agent's calls no better than at the beginning. */
static void make_room(struct board *b, int64_t now_ms)
{
    if (b->n < BOARD_CALLS)
        return;
    size_t i = least_missed(b);
    struct listened *agent = listened_to(b, b->calls[i]->agent_id);
    if (b->calls[i]->state != CALL_ENDED && agent)
        agent->since_ms = now_ms;
    forget(b, i);
}

static struct board_call *call_of(struct board *b, const char *uuid, int64_t now_ms)
{
    bool found;
    size_t i = place_of(b, uuid, &found);

    if (found)
        return b->calls[i];
    make_room(b, now_ms);
    i = place_of(b, uuid, &found);
    struct board_call *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    snprintf(c->uuid, sizeof c->uuid, "%s", uuid);
    c->first_ms = now_ms;
    memmove(&b->calls[i + 1], &b->calls[i], (b->n - i) * sizeof b->calls[0]);
    b->calls[i] = c;
    b->n++;
    return c;
}

/* --- what is heard --------------------------------------------------------------------------- */

static void listen_to(struct board *b, const char *agent_id, int64_t now_ms)
{
    struct listened *agent = listened_to(b, agent_id);

    if (!agent) {
        agent = &b->agents[0];
        for (size_t i = 1; i < b->n_agents; i++)
            if (b->agents[i].last_ms < agent->last_ms)
                agent = &b->agents[i];
        if (b->n_agents < BOARD_AGENTS)
            agent = &b->agents[b->n_agents++];
        snprintf(agent->id, sizeof agent->id, "%s", agent_id);
        agent->since_ms = now_ms;
    }
    agent->last_ms = now_ms;
}

static void once(int64_t *at_ms, int64_t now_ms)
{
    if (!*at_ms)
        *at_ms = now_ms;
}

/* Whatever comes after call_initiated shows that it has started, too. */
static void move_on(struct board_call *c, const struct call_event *e, int64_t now_ms)
{
    if (e->kind == CALL_EVENT_INITIATED)
        once(&c->initiated_ms, now_ms);
    if (e->kind == CALL_EVENT_STARTED)
        once(&c->started_ms, now_ms);
    if (c->state == CALL_ENDED)
        return;
    if (e->kind == CALL_EVENT_ENDED) {
        c->state = CALL_ENDED;
        c->ended_ms = now_ms;
    } else if (e->kind != CALL_EVENT_INITIATED && e->kind != CALL_EVENT_OTHER) {
        c->state = CALL_STARTED;
    }
}

const struct board_call *board_hear(struct board *b, const struct call_event *e, int64_t now_ms)
{
    struct board_call *c = call_of(b, e->uuid, now_ms);

    if (e->agent_id && !*c->agent_id)
        snprintf(c->agent_id, sizeof c->agent_id, "%s", e->agent_id);
    if (e->agent_id)
        listen_to(b, e->agent_id, now_ms);
    move_on(c, e, now_ms);
    if (e->kind == CALL_EVENT_ERROR)
        c->errors++;
    if (e->kind == CALL_EVENT_TRANSCRIPTION && strcmp(e->role, "user") != 0)
        once(&c->spoke_ms, now_ms);
    c->last = e->kind;
    c->last_ms = now_ms;
    return c;
}

const struct board_call *board_find(const struct board *b, const char *uuid)
{
    bool found;
    size_t i = place_of(b, uuid, &found);

    return found ? b->calls[i] : NULL;
}

void board_sent_to(struct board *b, const char *uuid, const char *box_id)
{
    bool found;
    size_t i = place_of(b, uuid, &found);

    if (found)
        snprintf(b->calls[i]->box_id, sizeof b->calls[i]->box_id, "%s", box_id);
}

size_t board_size(const struct board *b)
{
    return b->n;
}

const struct board_call *board_at(const struct board *b, size_t i)
{
    return b->calls[i];
}

void board_prune(struct board *b, int64_t now_ms, int64_t max_age_ms,
                 void (*gone)(void *ctx, const struct board_call *), void *ctx)
{
    for (size_t i = b->n; i-- > 0;) {
        const struct board_call *c = b->calls[i];
        bool over = c->state == CALL_ENDED;
        if (over ? now_ms - c->ended_ms <= BOARD_ENDED_MS : now_ms - c->last_ms <= max_age_ms)
            continue;
        if (!over && gone)
            gone(ctx, c);
        forget(b, i);
    }
}

/* One whose beginning was not heard has no time: it counts for every container of its agent. */
static struct call_row row_of(struct arena *a, const struct board_call *c)
{
    bool begun = c->state == CALL_STARTED;

    return (struct call_row){.uuid = arena_strdup(a, c->uuid),
                             .agent_id = *c->agent_id ? arena_strdup(a, c->agent_id) : NULL,
                             .started_ms = c->started_ms ? c->started_ms
                                           : begun       ? c->initiated_ms
                                                         : 0,
                             .initiated_ms = c->initiated_ms};
}

void board_heard(const struct board *b, struct arena *a, struct heard *ret)
{
    struct heard_call *calls = arena_alloc(a, (b->n + 1) * sizeof *calls);
    struct heard_agent *agents = arena_alloc(a, (b->n_agents + 1) * sizeof *agents);
    size_t n = 0;

    for (size_t i = 0; i < b->n; i++) {
        const struct board_call *c = b->calls[i];
        if (c->state != CALL_ENDED)
            calls[n++] =
                (struct heard_call){row_of(a, c), *c->box_id ? arena_strdup(a, c->box_id) : NULL};
    }
    for (size_t i = 0; i < b->n_agents; i++)
        agents[i] = (struct heard_agent){arena_strdup(a, b->agents[i].id), b->agents[i].since_ms};
    *ret = (struct heard){calls, n, agents, b->n_agents};
}

#include "calls/board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

struct listened { /* an agent whose core sends its events here */
    char id[CALL_AGENT_MAX + 1];
    int64_t since_ms, last_ms;
    bool asks;       /* where to send calls */
    bool spoke;      /* some call of it had a transcript */
    unsigned silent; /* calls that had none and were long enough, but for those on trial */
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

/* A call that is over is missed less than one somebody may be judged by, a live one most. */
static int worth(const struct board_call *c)
{
    return c->state != CALL_ENDED ? 2 : c->on_trial;
}

static bool is_missed_less(const struct board_call *c, const struct board_call *than)
{
    if (worth(c) != worth(than))
        return worth(c) < worth(than);
    return c->state == CALL_ENDED ? c->ended_ms < than->ended_ms : c->first_ms < than->first_ms;
}

static size_t least_missed(const struct board *b)
{
    size_t least = 0;

    for (size_t i = 1; i < b->n; i++)
        if (is_missed_less(b->calls[i], b->calls[least]))
            least = i;
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
        *agent = (struct listened){.since_ms = now_ms};
        snprintf(agent->id, sizeof agent->id, "%s", agent_id);
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

/* What its end tells of its agent: whether calls of it have transcripts.  Of one on trial that is
 * the very question. */
static void note_silence(struct board *b, const struct board_call *c)
{
    struct listened *agent = listened_to(b, c->agent_id);
    bool long_enough = c->started_ms && c->ended_ms - c->started_ms > CANARY_SILENT_MS;

    if (agent && long_enough && !c->spoke_ms && !c->on_trial && agent->silent < CANARY_EARLIER)
        agent->silent++;
}

static void note_words(struct board *b, struct board_call *c, int64_t now_ms)
{
    struct listened *agent = listened_to(b, c->agent_id);

    once(&c->spoke_ms, now_ms);
    if (agent)
        agent->spoke = true;
}

const struct board_call *board_hear(struct board *b, const struct call_event *e, int64_t now_ms)
{
    struct board_call *c = call_of(b, e->uuid, now_ms);

    if (e->agent_id && !*c->agent_id)
        snprintf(c->agent_id, sizeof c->agent_id, "%s", e->agent_id);
    if (e->agent_id)
        listen_to(b, e->agent_id, now_ms);
    bool was_over = c->state == CALL_ENDED;
    move_on(c, e, now_ms);
    if (e->kind == CALL_EVENT_ERROR)
        c->errors++;
    if (e->kind == CALL_EVENT_TRANSCRIPTION && strcmp(e->role, "user") != 0)
        note_words(b, c, now_ms);
    if (!was_over && c->state == CALL_ENDED)
        note_silence(b, c);
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

void board_sent_to(struct board *b, const char *uuid, const char *box_id, bool on_trial)
{
    bool found;
    size_t i = place_of(b, uuid, &found);

    if (!found)
        return;
    struct board_call *c = b->calls[i];
    struct listened *agent = listened_to(b, c->agent_id);
    if (agent)
        agent->asks = true;
    if (!box_id)
        return; /* whoever asks twice may have obeyed the first answer */
    snprintf(c->box_id, sizeof c->box_id, "%s", box_id);
    c->on_trial = on_trial;
}

size_t board_size(const struct board *b)
{
    return b->n;
}

const struct board_call *board_at(const struct board *b, size_t i)
{
    return b->calls[i];
}

static bool is_kept(const struct board_call *c, int64_t now_ms, const struct board_terms *terms)
{
    if (c->state != CALL_ENDED)
        return now_ms - c->last_ms <= terms->max_age_ms;
    if (c->on_trial && terms->is_judged && terms->is_judged(terms->ctx, c))
        return true;
    return now_ms - c->ended_ms <= BOARD_ENDED_MS;
}

void board_prune(struct board *b, int64_t now_ms, const struct board_terms *terms)
{
    for (size_t i = b->n; i-- > 0;) {
        const struct board_call *c = b->calls[i];
        if (is_kept(c, now_ms, terms))
            continue;
        if (c->state != CALL_ENDED && terms->gone)
            terms->gone(terms->ctx, c);
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

static struct heard_trial trial_of(struct arena *a, const struct board_call *c)
{
    return (struct heard_trial){arena_strdup(a, c->box_id),
                                {c->started_ms, c->spoke_ms, c->ended_ms, c->errors}};
}

static struct heard_agent agent_of(struct arena *a, const struct listened *agent)
{
    enum canary_speech speech = agent->spoke                      ? SPEECH_HEARD
                                : agent->silent >= CANARY_EARLIER ? SPEECH_NONE
                                                                  : SPEECH_UNKNOWN;

    return (struct heard_agent){.id = arena_strdup(a, agent->id),
                                .since_ms = agent->since_ms,
                                .asks = agent->asks,
                                .earlier = {.speech = speech}};
}

void board_heard(const struct board *b, struct arena *a, struct heard *ret)
{
    ARRAY(struct heard_call) calls = {0};
    ARRAY(struct heard_trial) trials = {0};
    ARRAY(struct heard_agent) agents = {0};

    for (size_t i = 0; i < b->n; i++) {
        const struct board_call *c = b->calls[i];
        const char *box_id = *c->box_id ? arena_strdup(a, c->box_id) : NULL;
        if (c->state != CALL_ENDED)
            ARRAY_PUSH(a, calls, ((struct heard_call){row_of(a, c), box_id}));
        if (c->on_trial)
            ARRAY_PUSH(a, trials, trial_of(a, c));
    }
    for (size_t i = 0; i < b->n_agents; i++)
        ARRAY_PUSH(a, agents, agent_of(a, &b->agents[i]));
    *ret = (struct heard){.listens = true,
                          .calls = calls.items,
                          .n_calls = calls.n,
                          .trials = trials.items,
                          .n_trials = trials.n,
                          .agents = agents.items,
                          .n_agents = agents.n};
}

/* What a look at everything adds to the account: the generations in force, who answered which call,
 * what died. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "calls/board.h"
#include "service/account_parts.h"
#include "service/calls_book.h"
#include "service/causes.h"
#include "service/crashes.h"
#include "service/generation.h"
#include "service/keep.h"
#include "store/history.h"

void account_cause(struct account *a, const char *cause)
{
    a->round_ms = wall_ms();
    snprintf(a->cause, sizeof a->cause, "%s", cause);
}

static void number_end(struct account *a, struct job *j, unsigned number)
{
    struct service *s = a->service;
    struct log_about about = {.agent = j->title,
                              .generation = arena_printf(j->arena, "%u", number)};

    j->change.to = number;
    if (number != j->change.from)
        log_say(s->log, LEVEL_INFO, &about, "generation %u is in force", number);
    job_write(j);
}

/* Jobs that are over get the number they led to, from a look that began after their end. */
static void number_jobs(struct account *a, const char *agent_id, unsigned number)
{
    for (struct job *j = a->jobs, *next; j; j = next) {
        next = j->next;
        if (!j->over_ms || j->over_ms > a->round_ms || !text_is(j->change.agent_id, agent_id))
            continue;
        if (number)
            number_end(a, j, number);
        job_drop(j);
    }
}

/* Of the work that led to what is in force, which this round may know nothing of. */
static const char *cause_of(const struct account *a, const char *agent_id)
{
    for (const struct job *j = a->jobs; j; j = j->next)
        if (text_is(j->change.agent_id, agent_id))
            return j->change.cause;
    return *a->cause ? a->cause : NULL;
}

static void note_generations(struct account *a, const struct look *look)
{
    struct arena *scratch CLEANUP_ARENA = arena_new();
    struct drained drained = generation_drained(scratch, &look->observed);
    struct service *s = a->service;

    for (size_t i = 0; i < look->plan.n_agents; i++) {
        const struct agent_plan *ap = &look->plan.agents[i];
        unsigned number = 0;
        struct err err;
        if (generation_record(s->store, session_key(s->session), &look->observed, &drained, ap,
                              cause_of(a, ap->agent->id), &number, &err) < 0)
            keep_said(s, -1, &err);
        number_jobs(a, ap->agent->id, number);
    }
}

static void note_causes(struct account *a, const struct look *look)
{
    struct arena *scratch CLEANUP_ARENA = arena_new();

    causes_keep(a->causes, &look->plan);
    for (size_t i = 0; i < look->plan.n_agents; i++) {
        const struct agent_plan *ap = &look->plan.agents[i];
        if (causes_matter(ap))
            causes_note(a->causes, ap->agent->id, account_wish(a, scratch, ap->agent), a->cause);
    }
}

static bool may_note(void *ctx, const char *agent_id, int64_t seen_ms)
{
    const struct account *a = ctx;
    const struct service *s = a->service;

    if (!s->last.arena)
        return false;
    for (const struct job *j = a->jobs; j; j = j->next)
        if (text_is(j->change.agent_id, agent_id))
            return s->last.look.observed.now_ms > seen_ms;
    return true;
}

/* True if calls are left that can be attributed only after another look. */
static bool write_calls(struct account *a)
{
    struct err err;
    bool left;

    if (calls_book_write(a->calls, may_note, a, &left, &err) < 0)
        keep_said(a->service, -1, &err);
    return left;
}

void account_calls(struct account *a, const struct database *db)
{
    calls_book_read(a->calls, db->calls, db->n_calls, wall_ms());
    if (write_calls(a))
        service_mark(a->service, NULL);
}

void account_heard(struct account *a, const struct board_call *c)
{
    struct call_row row = {.uuid = c->uuid,
                           .agent_id = *c->agent_id ? c->agent_id : NULL,
                           .started_ms = c->started_ms,
                           .initiated_ms = c->initiated_ms};

    calls_book_heard(a->calls, &row, c->state == CALL_ENDED ? c->ended_ms : 0, wall_ms());
    if (write_calls(a))
        service_mark(a->service, NULL);
}

void account_round(struct account *a, const struct look *look)
{
    keep_round(a->service);
    note_causes(a, look);
    note_generations(a, look);
    write_calls(a);
    crashes_round(a->crashes, look);
}

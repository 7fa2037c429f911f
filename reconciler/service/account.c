#include "service/account.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/clock.h"
#include "control/event_text.h"
#include "core/find.h"
#include "core/pace.h"
#include "render/render.h"
#include "core/wish.h"
#include "service/account_parts.h"
#include "service/calls_book.h"
#include "service/causes.h"
#include "service/crashes.h"
#include "service/desk.h"
#include "service/generation.h"
#include "service/keep.h"
#include "service/last_words.h"
#include "store/history.h"

static struct job *job_of(const struct account *a, const char *agent_id)
{
    for (struct job *j = a->jobs; j; j = j->next)
        if (text_is(j->change.agent_id, agent_id) && !j->logs && !j->over_ms)
            return j;
    return NULL;
}

void job_drop(struct job *gone)
{
    struct job **at = &gone->account->jobs;

    while (*at != gone)
        at = &(*at)->next;
    *at = gone->next;
    arena_free(gone->arena);
}

void job_write(struct job *j)
{
    struct service *s = j->account->service;
    struct err err;
    int64_t id = j->change.id;
    int result = id ? history_update(s->store, &j->change, &err)
                    : history_add(s->store, &j->change, &id, &err);

    j->change.id = result == 0 ? id : j->change.id;
    keep_said(s, result, &err);
    guest_change(s, &j->change);
}

static struct render render_of(const struct service *s)
{
    return (struct render){.key = session_key(s->session), .now_ms = wall_ms()};
}

const char *account_wish(const struct account *a, struct arena *arena, const struct agent *agent)
{
    struct service *s = a->service;

    return agent_wish(arena, session_key(s->session), &s->last.look.sources->desired, agent,
                      &s->last.look.observed);
}

/* --- may it begin? --------------------------------------------------------------------------- */

int64_t account_due_ms(const struct account *a, const struct agent *agent)
{
    struct arena *scratch CLEANUP_ARENA = arena_new();
    const struct service *s = a->service;
    int64_t retry_ms =
        retry_due_ms(s->retries, agent->id, account_wish(a, scratch, agent), mono_ms());
    int64_t others_ms = others_until_ms(s->others, agent, wall_ms());

    if (others_ms)
        others_ms += mono_ms() - wall_ms();
    return others_ms > retry_ms ? others_ms : retry_ms;
}

/* Whoever asks for it by command does not mean the window. */
int64_t account_window_s(const struct account *a, const struct agent_plan *plan)
{
    struct tm now;

    if (desk_asks_for(a->service->desk, plan->agent))
        return 0;
    local_now(&now);
    return pace_window_s(plan, &now);
}

static bool admits(void *ctx, const struct agent_plan *plan)
{
    const struct account *a = ctx;

    return plan->n_steps && !account_due_ms(a, plan->agent) && !account_window_s(a, plan);
}

static void terms(void *ctx, const struct agent *agent, struct fleet_terms *terms)
{
    const struct account *a = ctx;

    terms->plan.others_until_ms = others_until_ms(a->service->others, agent, wall_ms());
    desk_terms(a->service->desk, agent, terms);
}

/* --- its beginning --------------------------------------------------------------------------- */

static bool has_to_start(const struct agent_plan *plan)
{
    for (size_t i = 0; i < plan->n_roles; i++)
        if (plan->roles[i].verdict == VERDICT_START)
            return true;
    return false;
}

static unsigned roles_of(const struct agent_plan *plan)
{
    unsigned roles = 0;

    for (size_t i = 0; i < plan->n_roles; i++)
        if (plan->roles[i].verdict != VERDICT_SYNC)
            roles |= ROLE_BIT(plan->roles[i].role);
    return roles;
}

/* What it led to will not be known any more: something else is begun. */
static void drop_over(struct account *a, const char *agent_id)
{
    for (struct job *j = a->jobs, *next; j; j = next) {
        next = j->next;
        if (j->over_ms && text_is(j->change.agent_id, agent_id))
            job_drop(j);
    }
}

static void number_begin(struct job *j)
{
    j->change.from = generation_newest(j->account->service->store, j->change.agent_id);
    if (j->change.from)
        j->generation = arena_printf(j->arena, "%u", j->change.from);
}

static void on_begin(void *ctx, const struct agent_plan *plan)
{
    struct account *a = ctx;
    struct service *s = a->service;
    struct arena *arena = arena_new();
    struct job *j = arena_alloc(arena, sizeof *j);
    struct render render = render_of(s);
    const char *cause = causes_of(a->causes, plan->agent->id);

    drop_over(a, plan->agent->id);
    *j = (struct job){.next = a->jobs, .account = a, .arena = arena, .mends = has_to_start(plan)};
    a->jobs = j;
    j->title = arena_strdup(arena, agent_title(plan->agent));
    j->wish = account_wish(a, arena, plan->agent);
    j->change = (struct change){.agent_id = arena_strdup(arena, plan->agent->id),
                                .agent_name = j->title,
                                .roles = roles_of(plan),
                                .began_ms = wall_ms(),
                                .cause = arena_strdup(arena, cause)};
    j->change.drifts = render_drift_lines(arena, &render, plan, &j->change.n_drifts);
    number_begin(j);
    struct log_about about = {
        .agent = j->title, .generation = j->generation, .cause = j->change.cause};
    for (size_t i = 0; i < j->change.n_drifts; i++)
        log_say(s->log, LEVEL_INFO, &about, "%s", j->change.drifts[i]);
    job_write(j);
}

/* --- on its way ------------------------------------------------------------------------------ */

static void note_wait(struct job *j, const struct event *event)
{
    bool waits = event->state != EVENT_DONE && step_waits_for_calls(event->step);

    if (waits && !j->wait_began_ms)
        j->wait_began_ms = mono_ms();
    if (waits && event->step->calls > j->most_calls)
        j->most_calls = event->step->calls;
    if (!waits && j->wait_began_ms) {
        j->change.waited_ms += mono_ms() - j->wait_began_ms;
        j->wait_began_ms = 0;
    }
}

static void note_failed_box(struct job *j, const struct event *event)
{
    enum place place;

    if (event->step->wanted && event->step->wanted->spec) /* a START of what may fail */
        j->env = last_words_env(j->arena, event->step->wanted);
    if (event->state == EVENT_DONE && event->step->kind == STEP_RENAME &&
        place_parse(event->step->new_name, &place, NULL) && place == PLACE_FAILED)
        j->failed_box = arena_strdup(j->arena, event->step->box_id);
}

static void say_event(const struct service *s, const struct job *j, const struct event *event)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct log_about about = {
        .agent = j->title, .role = role_name[event->step->role], .generation = j->generation};
    bool failed = event->state == EVENT_FAILED;

    if (event->state == EVENT_PROGRESS && !event->text)
        return; /* once a second while calls go on */
    log_say(s->log, failed ? LEVEL_WARNING : LEVEL_INFO, &about, "%s",
            event_text(a, event, wall_ms()));
}

static void on_fleet_event(void *ctx, const struct event *event)
{
    struct account *a = ctx;
    struct job *j = job_of(a, event->agent->id); /* the fleet tells of agents only */

    desk_event(a->service->desk, event);
    guest_event(a->service, event);
    if (event->step && event->step->kind == STEP_STOP && event->state == EVENT_STARTED)
        others_except(a->service->others, event->step->box_id);
    if (!j || !event->step)
        return;
    note_wait(j, event);
    note_failed_box(j, event);
    say_event(a->service, j, event);
}

/* --- its end --------------------------------------------------------------------------------- */

static const enum change_result change_of[] = {
    [RESULT_SYNC] = CHANGE_DONE,
    [RESULT_FAILED] = CHANGE_FAILED,
    [RESULT_WAITING] = CHANGE_WAITING,
    [RESULT_HELD] = CHANGE_HELD,
    [RESULT_INTERRUPTED] = CHANGE_INTERRUPTED,
};

static void say_end(const struct service *s, const struct job *j,
                    const struct agent_outcome *outcome)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct log_about about = {.agent = j->title, .generation = j->generation};
    bool bad = outcome->result == RESULT_FAILED || outcome->result == RESULT_HELD;
    int64_t took_ms = j->change.ended_ms - j->change.began_ms;

    log_say(s->log, bad ? LEVEL_WARNING : LEVEL_INFO, &about, "%s after %s, %zu %s%s%s",
            change_result_words[j->change.result], text_duration(a, took_ms / 1000), outcome->steps,
            outcome->steps == 1 ? "change" : "changes", outcome->text ? ": " : "",
            outcome->text ? outcome->text : "");
}

static void notify(const struct service *s, const struct job *j)
{
    if (!s->notify || j->change.result == CHANGE_INTERRUPTED)
        return;
    notify_send(s->notify, &(struct notify_change){
                               .event = j->change.result == CHANGE_DONE ? "changed" : "failed",
                               .agent = j->title,
                               .result = change_result_words[j->change.result],
                               .cause = j->change.cause,
                               .drifts = j->change.drifts,
                               .n_drifts = j->change.n_drifts,
                               .time_ms = j->change.ended_ms,
                           });
}

/* Why it had to be started: what it said before it died. */
static void add_last_words(struct job *j)
{
    const char *const *lines;
    size_t n = crashes_last_words(j->account->crashes, j->change.agent_id, &lines);
    const char **kept = arena_alloc(j->arena, (n + 1) * sizeof *kept);

    for (size_t i = 0; i < n; i++)
        kept[i] = arena_strdup(j->arena, lines[i]);
    j->change.log = kept;
    j->change.n_log = n;
}

static void close_job(struct job *j)
{
    j->logs = NULL;
    if (!j->change.n_log && j->mends)
        add_last_words(j);
    job_write(j);
    notify(j->account->service, j);
    if (j->change.result == CHANGE_DONE)
        j->over_ms = wall_ms();
    else
        job_drop(j);
}

static void on_logs(void *ctx, const struct facts *facts, const struct err *err)
{
    struct job *j = ctx;

    if (!err && facts->log)
        j->change.n_log = last_words(j->arena, facts->log, &j->env, &j->change.log);
    close_job(j);
}

static void on_end(void *ctx, const struct agent_outcome *outcome)
{
    struct account *a = ctx;
    struct service *s = a->service;
    struct job *j = job_of(a, outcome->agent->id);

    desk_end(s->desk, outcome);
    sight_news(s->sight, outcome->agent->id); /* its runner knew better than the last look */
    service_mark(s, NULL);
    if (!j)
        return;
    if (j->wait_began_ms)
        j->change.waited_ms += mono_ms() - j->wait_began_ms;
    j->change.calls_waited = j->most_calls > 0 ? (unsigned)j->most_calls : 0;
    j->change.result = change_of[outcome->result];
    j->change.failure =
        outcome->result == RESULT_SYNC ? NULL : arena_strdup(j->arena, outcome->text);
    j->change.ended_ms = wall_ms();
    say_end(s, j, outcome);
    if (outcome->result == RESULT_FAILED)
        service_orders_failed(s, outcome->agent);
    if (outcome->result != RESULT_SYNC || j->mends)
        retry_note(s->retries, j->change.agent_id, j->wish, mono_ms(), drand48());
    if (!j->failed_box) {
        close_job(j);
        return;
    }
    struct call call = {.kind = CALL_LOGS, .id = j->failed_box, .tail = LAST_WORDS};
    j->logs = client_send(session_client(s->session), &call, j->arena, on_logs, j);
}

static void on_turns(void *ctx)
{
    const struct account *a = ctx;

    desk_turns(a->service->desk);
}

/* --- its life -------------------------------------------------------------------------------- */

void account_took_over(struct account *a)
{
    struct err err;

    keep_said(a->service, history_interrupt(a->service->store, wall_ms(), &err), &err);
}

const struct fleet_owner *account_fleet_owner(const struct account *a)
{
    return &a->owner;
}

struct account *account_new(struct service *s)
{
    struct account *a = calloc(1, sizeof *a);

    if (!a)
        abort();
    a->service = s;
    a->crashes = crashes_new(s);
    a->calls = calls_book_new(s->store);
    a->causes = causes_new();
    a->owner = (struct fleet_owner){.admits = admits,
                                    .terms = terms,
                                    .on_begin = on_begin,
                                    .on_event = on_fleet_event,
                                    .on_end = on_end,
                                    .on_turns = on_turns,
                                    .ctx = a};
    return a;
}

void account_free(struct account *a)
{
    if (!a)
        return;
    while (a->jobs) {
        if (a->jobs->logs)
            client_cancel(a->jobs->logs);
        job_drop(a->jobs);
    }
    crashes_free(a->crashes);
    calls_book_free(a->calls);
    causes_free(a->causes);
    free(a);
}

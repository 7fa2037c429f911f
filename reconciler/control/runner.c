/* The life of a runner: it asks the rules for the next step, has it carried out (runner_act.c) and
 * asks again. */
#include <ev.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/clock.h"
#include "control/runner_parts.h"
#include "core/view.h"

enum {
    MAX_STEPS = 200, /* of one agent in one apply: more means that it does not settle */
    LOOK_MS = 100,   /* of quiet before it looks at what happened */
    OWED_MS = 10000  /* less than whoever stops us waits before killing */
};

void runner_report(struct runner *r, enum event_state state, const char *text)
{
    struct event event = {.agent = r->task.agent,
                          .step = &r->step,
                          .state = state,
                          .text = text,
                          .elapsed_ms = mono_ms() - r->step_ms};

    if (r->owner.on_event)
        r->owner.on_event(r->owner.ctx, &event);
}

void runner_begin_step(struct runner *r)
{
    if (r->step_said)
        return;
    r->step_said = true;
    r->step_ms = mono_ms();
    runner_report(r, EVENT_STARTED, NULL);
}

void runner_end_step(struct runner *r, enum event_state state, const char *text)
{
    if (r->step_said)
        runner_report(r, state, text);
    r->step_said = false;
}

void runner_set_timer(struct runner *r, int64_t ms)
{
    ev_timer_stop(r->shared->client->loop, &r->timer);
    ev_timer_set(&r->timer, (double)(ms < 1 ? 1 : ms) / 1000., 0.);
    ev_timer_start(r->shared->client->loop, &r->timer);
}

void runner_yield(struct runner *r, bool waits)
{
    if (r->yielded == waits)
        return;
    r->yielded = waits;
    r->owner.on_yield(r->owner.ctx, r, waits);
}

void runner_finish(struct runner *r, enum agent_result result, const char *text)
{
    turnstile_leave(&r->shared->turnstile, &r->pass);
    ev_timer_stop(r->shared->client->loop, &r->timer);
    r->outcome.result = result;
    r->outcome.text = text ? arena_strdup(r->arena, text) : NULL;
    r->outcome.agent = r->task.agent;
    r->owner.on_done(r->owner.ctx, r);
}

void runner_fail(struct runner *r, const char *text)
{
    runner_end_step(r, EVENT_FAILED, text);
    runner_finish(r, RESULT_FAILED, text);
}

/* --- deciding -------------------------------------------------------------------------------- */

static enum pass pass_for(struct runner *r)
{
    const struct box *b = r->step.box_id ? world_box(&r->world, r->step.box_id) : NULL;

    if (r->step.kind == STEP_START || r->step.kind == STEP_STOP)
        return PASS_SHARED;
    return r->step.kind == STEP_RENAME && b && box_runs(b) ? PASS_EXCLUSIVE : PASS_NONE;
}

/* False: it has to wait for its pass, and decides anew when it has it. */
static bool take_pass(struct runner *r)
{
    enum pass needed = pass_for(r);

    if (r->pass.holds == needed)
        return true;
    turnstile_leave(&r->shared->turnstile, &r->pass);
    return needed == PASS_NONE || turnstile_enter(&r->shared->turnstile, &r->pass, needed);
}

/* A name is free for the length of two renames: the second one is not left out. */
static bool is_safe_point(struct runner *r)
{
    return r->step.kind != STEP_RENAME || place_is_temporary(r->step.new_name) ||
           runner_live_box(r);
}

/* Of a set that is watched a soak asks one box after the other: that is one wait. */
static bool is_same_wait(const struct step *a, const struct step *b)
{
    if (a->kind != STEP_WAIT || b->kind != STEP_WAIT || a->gate != b->gate)
        return false;
    return a->gate == GATE_SOAK ? a->role == b->role : text_is(a->box_id, b->box_id);
}

/* --- what it knows --------------------------------------------------------------------------- */

/* The step that was decided in it is compared with the next one.  What is left is held by an arena
 * of its own: some of it leans on others of it already, and a circle would live for ever. */
static void leave(struct runner *r, struct arena *a)
{
    if (!r->left)
        r->left = arena_new();
    arena_lean(r->left, a);
    arena_free(a);
}

/* What was found takes the place of what was known. */
static void take(struct runner *r, struct arena *a, const struct observed *found)
{
    struct observed now = r->world.now;
    struct world fresh;

    now.boxes = found->boxes;
    now.n_boxes = found->n_boxes;
    now.foreign = found->foreign;
    now.n_foreign = found->n_foreign;
    world_init(&fresh, a, &now);
    world_remember(&fresh, &r->world);
    leave(r, r->world.arena);
    r->world = fresh;
}

/* A drain may last for hours: an engine that is away for a while is no reason to give up. */
static void on_relooked(void *ctx, struct arena *a, const struct observed *found,
                        const struct err *err)
{
    struct runner *r = ctx;

    r->relook = NULL;
    if (err && !r->yielded) {
        runner_fail(r, err->text);
        return;
    }
    if (err)
        runner_report(r, EVENT_PROGRESS, err->text);
    else
        take(r, a, found);
    if (err && !*r->shared->interrupted)
        runner_set_timer(r, RUNNER_POLL_MS);
    else
        runner_turn(r);
}

void runner_relook(struct runner *r)
{
    r->must_look = r->relook_due = false;
    r->relooked_ms = mono_ms();
    r->relook =
        relook_start(r->shared->client, &r->task.sources->desired, r->task.agent, on_relooked, r);
}

static struct task *task_keep(const struct task *task)
{
    struct task *kept = malloc(sizeof *kept);

    if (!kept)
        abort();
    *kept = *task;
    arena_share(kept->arena);
    return kept;
}

static void task_drop(struct task *task)
{
    if (task)
        arena_free(task->arena);
    free(task);
}

/* Images are what the new task knows of them; boxes are looked at anew, since the runner's own
 * steps may be younger than the look the task comes from. */
static void take_up_renewal(struct runner *r)
{
    struct task *task = r->renewed;

    r->renewed = NULL;
    r->world.now.images = r->world.images = arena_memdup(
        r->world.arena, task->observed->images, task->observed->n_images * sizeof *r->world.images);
    r->world.now.n_images = task->observed->n_images;
    r->world.now.last_good = task->observed->last_good;
    leave(r, r->task.arena);
    r->task = *task;
    free(task);
    r->must_look = true;
}

/* Asks the rules.  What the last step still has to report, it reports before its texts die. */
static void decide(struct runner *r)
{
    struct arena *last = r->step_arena;
    struct step before = r->step;

    r->step_arena = arena_new();
    struct step next = agent_next(r->step_arena, &r->task.sources->desired, r->task.agent,
                                  &r->world.now, r->shared->key, &r->task.plan);
    if (!is_same_wait(&before, &next))
        runner_end_step(r, EVENT_DONE, NULL);
    r->step = next;
    arena_free(last);
    arena_free(r->left);
    r->left = NULL;
}

/* Temporary names carry the millisecond they were given in, and must differ between agents. */
static int64_t decision_ms(struct workshop *shared)
{
    int64_t now = wall_ms();

    if (now <= shared->decided_ms)
        now = shared->decided_ms + 1;
    shared->decided_ms = now;
    return now;
}

static bool is_core(const struct runner *r, const struct box *b)
{
    const struct container_spec *core = agent_container(r->task.agent, ROLE_CORE);
    const char *slot = pair_get(b->labels, b->n_labels, "agentName");

    return core && (strcmp(core->name, b->name) == 0 || text_is(slot, core->name));
}

/* Several boxes of a slot may be on their way out, and the one that still has a call must not hide
 * from the rules that another has none. */
static bool goes_with_it(const struct runner *r, const struct box *b)
{
    const struct container_spec *spec = agent_container(r->task.agent, r->step.role);
    const char *slot = pair_get(b->labels, b->n_labels, "agentName");

    return text_is(b->id, r->step.box_id) ||
           (spec && text_is(slot, spec->name) && place_is_temporary(b->name));
}

/* Counts what the step depends on, if it stops a box or waits for calls on it; true if it did.  Not
 * at other steps: the kernel walks its whole table for each box, and that would be time in which a
 * name is free. */
static bool count_connections(struct runner *r)
{
    bool depends =
        r->step.kind == STEP_STOP || r->step.gate == GATE_DRAIN || r->step.gate == GATE_CANARY;

    if (!depends || !r->world.now.sockets_known)
        return false;
    for (size_t i = 0; i < r->world.now.n_boxes; i++) {
        struct box *b = &r->world.boxes[i];
        bool carries = !role_holds_calls(r->step.role) && is_core(r, b);
        if (carries || goes_with_it(r, b))
            witness_sockets(b, 1, r->world.now.now_ms);
    }
    return true;
}

/* A name was just taken away: the next step gives it to another, and nothing comes in between. */
static bool is_in_gap(const struct runner *r)
{
    enum place place;

    return r->step.kind == STEP_RENAME && place_parse(r->step.new_name, &place, NULL) &&
           place == PLACE_DRAIN;
}

void runner_turn(struct runner *r)
{
    struct err err;

    if (!is_in_gap(r)) {
        if (r->renewed)
            take_up_renewal(r);
        if (r->must_look && !*r->shared->interrupted) {
            runner_relook(r);
            return;
        }
    }
    r->world.now.now_ms = decision_ms(r->shared);
    if (witness_calls_refresh(r->shared->calls, &r->task.sources->database, &r->world.now, &err) <
        0) {
        if (r->step_said)
            runner_report(r, EVENT_PROGRESS, err.text);
        if (*r->shared->interrupted)
            runner_finish(r, RESULT_INTERRUPTED, err.text);
        else
            runner_set_timer(r, RUNNER_POLL_MS); /* whoever cannot see calls stops nothing */
        return;
    }
    decide(r);
    if (count_connections(r))
        decide(r);
    if (*r->shared->interrupted && r->step.kind != STEP_NOTHING && r->step.kind != STEP_HOLD &&
        is_safe_point(r)) {
        runner_finish(r, RESULT_INTERRUPTED,
                      r->step.kind == STEP_WAIT
                          ? "stopped while it waited"
                          : arena_printf(r->step_arena, "stopped before: %s %s",
                                         step_text[r->step.kind],
                                         r->step.box_name ? r->step.box_name : ""));
        return;
    }
    if (!take_pass(r))
        return;
    if (r->step.kind != STEP_WAIT) {
        runner_yield(r, false);
        if (++r->n_steps > MAX_STEPS) {
            runner_fail(r, "it does not settle: after 200 steps it is still not as asked for; does "
                           "somebody else "
                           "change its containers?");
            return;
        }
    }
    runner_act(r);
}

static void on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct runner *r = timer->data;

    (void)loop, (void)events;
    if (r->abandoned)
        runner_finish(
            r, RESULT_INTERRUPTED,
            arena_printf(r->step_arena, "stopped while the engine owed an answer to: %s %s",
                         step_text[r->step.kind], r->step.box_name ? r->step.box_name : ""));
    else if (r->relook_due)
        runner_relook(r);
    else
        runner_turn(r);
}

static void on_pass(void *ctx)
{
    runner_turn(ctx);
}

struct runner *runner_new(struct workshop *shared, const struct task *task,
                          const struct runner_owner *owner)
{
    struct runner *r = calloc(1, sizeof *r);
    struct arena *world = arena_new();

    if (!r)
        abort();
    *r = (struct runner){.shared = shared,
                         .owner = *owner,
                         .task = *task,
                         .arena = arena_new(),
                         .step_arena = arena_new()};
    arena_share(task->arena);
    arena_lean(world, task->arena);
    struct box_index index = box_index_make(r->step_arena, task->observed);
    struct observed mine =
        observed_of_agent(world, &task->sources->desired, task->agent, task->observed, &index);
    world_init(&r->world, world, &mine);
    r->outcome.agent = task->agent;
    r->pass = (struct waiter){.on_pass = on_pass, .ctx = r};
    ev_timer_init(&r->timer, on_timer, 0.001, 0.);
    r->timer.data = r;
    ev_timer_start(shared->client->loop, &r->timer);
    return r;
}

static void on_retired(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct runner *r = timer->data;

    (void)loop, (void)events;
    task_drop(r->renewed);
    arena_free(r->step_arena);
    arena_free(r->left);
    arena_free(r->world.arena);
    arena_free(r->task.arena);
    arena_free(r->arena);
    free(r);
}

void runner_retire(struct runner *r)
{
    ev_timer_stop(r->shared->client->loop, &r->timer);
    ev_timer_init(&r->timer, on_retired, 0., 0.);
    ev_timer_start(r->shared->client->loop, &r->timer);
}

const struct observed *runner_sees(const struct runner *r)
{
    return r->must_look || r->relook_due ? NULL : &r->world.now;
}

bool runner_yields(const struct runner *r)
{
    return r->yielded;
}

const char *runner_failure(const struct runner *r)
{
    return r->failure;
}

static void wake_in(struct runner *r, int64_t ms)
{
    bool asks = r->call || r->relook;

    if (asks || r->pass.wants != PASS_NONE)
        return; /* it looks by itself when the answer is there */
    if (r->prober) {
        prober_cancel(r->prober);
        r->prober = NULL;
    }
    runner_set_timer(r, ms);
}

void runner_renew(struct runner *r, const struct task *task)
{
    task_drop(r->renewed);
    r->renewed = task_keep(task);
    runner_look(r);
}

bool runner_can_look(const struct runner *r)
{
    return r->yielded || r->relook_due;
}

/* What one hand does comes as several events: a stop is told after the end it led to. */
void runner_look(struct runner *r)
{
    bool known = r->must_look;

    r->must_look = true;
    if (runner_can_look(r) && !known)
        wake_in(r, LOOK_MS);
}

void runner_wake(struct runner *r)
{
    wake_in(r, 0);
}

static bool is_owed_for_long(const struct runner *r)
{
    int64_t since_ms = r->relook ? r->relooked_ms : r->step_ms;

    return (r->call || r->relook) && mono_ms() - since_ms >= OWED_MS;
}

void runner_hurry(struct runner *r)
{
    if (!is_owed_for_long(r))
        return; /* it stops at its next safe point */
    if (r->call)
        client_cancel(r->call);
    if (r->relook)
        relook_cancel(r->relook);
    r->call = NULL;
    r->relook = NULL;
    r->abandoned = true;
    runner_set_timer(r, 0);
}

const struct agent_outcome *runner_outcome(const struct runner *r)
{
    return &r->outcome;
}

#include "control/runner.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "control/clock.h"
#include "control/prober.h"
#include "control/relook.h"
#include "control/world.h"
#include "core/guard.h"
#include "core/view.h"

enum {
    POLL_MS = 1000,       /* how often a gate looks again */
    SOAK_PROBE_MS = 5000, /* a box that was ready must answer within this */
    MAX_STEPS = 200,      /* of one agent in one apply: more means that it does not settle */
    MAX_CONFLICTS = 5,
};

struct runner { /* at most one of call, prober, relook, timer and the turnstile is pending */
    struct rollout_context *shared;
    const struct agent *agent;
    struct arena *arena;      /* of the world */
    struct arena *step_arena; /* of the step: until the next decision */
    struct world world;
    struct step step;
    bool step_said; /* its start was reported */
    bool yielded;
    int64_t step_ms; /* monotonic: when it began */
    struct client_call *call;
    struct prober *prober;
    struct relook *relook;
    struct ev_timer timer;
    struct waiter pass;
    const char *looked_at;     /* id of the box that is being inspected */
    const char *start_refused; /* the engine's answer to START, if it was no */
    unsigned n_steps, n_conflicts;
    const char *failure; /* of a candidate, once one has failed in this apply */
    struct agent_outcome outcome;
    runner_done *done;
    runner_yielded *on_yield;
    void *ctx;
};

static void turn(struct runner *r);

/* --- reports --------------------------------------------------------------------------------- */

static void report(struct runner *r, enum event_state state, const char *text)
{
    const struct apply_options *o = r->shared->options;
    struct event event = {.agent = r->agent,
                          .step = &r->step,
                          .state = state,
                          .text = text,
                          .elapsed_ms = mono_ms() - r->step_ms};

    if (o->on_event)
        o->on_event(o->ctx, &event);
}

static void begin_step(struct runner *r)
{
    if (r->step_said)
        return;
    r->step_said = true;
    r->step_ms = mono_ms();
    report(r, EVENT_STARTED, NULL);
}

static void end_step(struct runner *r, enum event_state state, const char *text)
{
    if (r->step_said)
        report(r, state, text);
    r->step_said = false;
}

static void set_timer(struct runner *r, int64_t ms)
{
    ev_timer_stop(r->shared->client->loop, &r->timer);
    ev_timer_set(&r->timer, (double)(ms < 1 ? 1 : ms) / 1000., 0.);
    ev_timer_start(r->shared->client->loop, &r->timer);
}

static void yield(struct runner *r, bool waits)
{
    if (r->yielded == waits)
        return;
    r->yielded = waits;
    r->on_yield(r->ctx, r, waits);
}

static void finish(struct runner *r, enum agent_result result, const char *text)
{
    turnstile_leave(&r->shared->turnstile, &r->pass);
    ev_timer_stop(r->shared->client->loop, &r->timer);
    r->outcome.result = result;
    r->outcome.text = text ? arena_strdup(r->arena, text) : NULL;
    r->done(r->ctx, r);
}

static void fail(struct runner *r, const char *text)
{
    end_step(r, EVENT_FAILED, text);
    finish(r, RESULT_FAILED, text);
}

/* --- after a step: look again ---------------------------------------------------------------- */

/* Our own create must give what was wanted; if it does not, doing it again would not either. */
static bool is_loop(struct runner *r, const struct box *made)
{
    struct drifts d = drift_find(r->step_arena, r->step.wanted, made,
                                 observed_image(&r->world.now, made->image_id));
    for (size_t i = 0; i < d.n; i++) {
        const struct drift *x = &d.items[i];
        if (x->effect != EFFECT_REPLACE)
            continue;
        bool hide = x->secret || (x->key && looks_secret(x->key, x->want ? x->want : ""));
        fail(r, arena_printf(r->step_arena,
                             "%s%s%s differs right after our own create (have %s, want %s): doing "
                             "it again would not help",
                             x->field, x->key ? " " : "", x->key ? x->key : "",
                             hide      ? "hidden"
                             : x->have ? x->have
                                       : "nothing",
                             hide      ? "hidden"
                             : x->want ? x->want
                                       : "nothing"));
        return true;
    }
    return false;
}

/* The engine tried to start it and could not, or it ran and is over already: a verdict. */
static void judge_start(struct runner *r)
{
    struct box *b = world_box(&r->world, r->step.box_id);

    if (!b || box_runs(b))
        return;
    if (r->start_refused && !*b->error)
        return; /* a refused request says nothing about the image */
    b->health = HEALTH_BAD;
    if (r->start_refused)
        b->health_text = r->start_refused;
    else
        b->health_text =
            *b->error ? b->error
                      : arena_printf(r->arena, "it exited at once with code %d", b->exit_code);
}

static void on_looked(void *ctx, const struct facts *facts, const struct err *err)
{
    struct runner *r = ctx;
    const char *refused = r->start_refused;

    r->call = NULL;
    if (err && err->code != ERR_NOT_FOUND) {
        fail(r, err->text);
        return;
    }
    if (err) {
        world_drop_box(&r->world, r->looked_at);
    } else {
        world_set_box(&r->world, &facts->box);
        if (r->step.kind == STEP_CREATE && is_loop(r, &facts->box))
            return;
        if (r->step.kind == STEP_START)
            judge_start(r);
    }
    const struct box *b = world_box(&r->world, r->looked_at);
    if (refused && (!b || b->health != HEALTH_BAD)) {
        fail(r, refused);
        return;
    }
    if (r->step.kind == STEP_RENAME && text_starts(r->step.new_name, "avrd-failed-"))
        r->failure = arena_printf(r->arena, "%s; kept as %s", r->step.why, r->step.new_name);
    end_step(r, refused ? EVENT_FAILED : EVENT_DONE, refused);
    turn(r);
}

static void look_at(struct runner *r, const char *id)
{
    r->looked_at = arena_strdup(r->arena, id);
    r->call = client_send(r->shared->client, &(struct call){.kind = CALL_INSPECT, .id = id},
                          r->arena, on_looked, r);
}

static void on_pulled_image(void *ctx, const struct facts *facts, const struct err *err)
{
    struct runner *r = ctx;

    r->call = NULL;
    if (err || !facts->image.id) {
        fail(r, err ? err->text : "the image was pulled and is not there");
        return;
    }
    struct image image = facts->image;
    image.asked = arena_strdup(r->arena, r->step.image);
    world_set_image(&r->world, &image);
    image.asked = image.id; /* what a box of it is looked up by */
    world_set_image(&r->world, &image);
    end_step(r, EVENT_DONE, NULL);
    turn(r);
}

static void on_relooked(void *ctx, const struct err *err)
{
    struct runner *r = ctx;

    r->relook = NULL;
    if (err)
        fail(r, err->text);
    else
        turn(r);
}

/* The world moved under the plan: somebody else holds the name, or the box is gone. */
static void look_again(struct runner *r, const char *why)
{
    if (++r->n_conflicts > MAX_CONFLICTS) {
        fail(r, why);
        return;
    }
    end_step(r, EVENT_FAILED, why);
    r->relook = relook_start(r->shared->client, &r->shared->sources->desired, r->agent, &r->world,
                             on_relooked, r);
}

static void on_refused(struct runner *r, const struct err *err)
{
    const char *text = arena_strdup(r->arena, err->text);

    if (r->step.kind == STEP_START && err->code != ERR_UNREACHABLE) {
        r->start_refused = text;
        look_at(r, r->step.box_id);
    } else if (r->step.kind != STEP_PULL && r->step.kind != STEP_CREATE &&
               (err->code == ERR_CONFLICT || err->code == ERR_NOT_FOUND)) {
        look_again(r, text);
    } else {
        fail(r, text);
    }
}

static void on_done(void *ctx, const struct facts *facts, const struct err *err)
{
    struct runner *r = ctx;

    r->call = NULL;
    if (err) {
        on_refused(r, err);
        return;
    }
    r->outcome.steps++;
    if (r->step.kind == STEP_PULL)
        r->call =
            client_send(r->shared->client, &(struct call){.kind = CALL_IMAGE, .ref = r->step.image},
                        r->arena, on_pulled_image, r);
    else
        look_at(r, r->step.kind == STEP_CREATE ? facts->created_id : r->step.box_id);
}

/* --- doing a step ---------------------------------------------------------------------------- */

static const struct box *slot_live(struct runner *r)
{
    const struct container_spec *spec = agent_container(r->agent, r->step.role);

    for (size_t i = 0; spec && i < r->world.now.n_boxes; i++)
        if (strcmp(r->world.boxes[i].name, spec->name) == 0)
            return &r->world.boxes[i];
    return NULL;
}

static void send(struct runner *r, const struct call *call)
{
    r->start_refused = NULL;
    begin_step(r);
    r->call = client_send(r->shared->client, call, r->arena, on_done, r);
}

static void create(struct runner *r)
{
    const struct sources *s = r->shared->sources;
    struct create *create = arena_alloc(r->step_arena, sizeof *create);
    struct err err;

    if (guard_wanted(r->step.wanted, s->bind_roots, s->n_bind_roots, slot_live(r), &err) < 0) {
        fail(r, arena_strdup(r->step_arena, err.text));
        return;
    }
    *create = (struct create){
        .name = r->step.new_name, .wanted = r->step.wanted, .attempt = r->step.attempt};
    send(r, &(struct call){.kind = CALL_CREATE, .create = create});
}

static void stop(struct runner *r)
{
    const struct container_spec *spec = agent_container(r->agent, r->step.role);
    bool said = spec && spec->settings->stop_grace_s.set;

    send(r, &(struct call){.kind = CALL_STOP,
                           .id = r->step.box_id,
                           .grace_s = said ? (int)spec->settings->stop_grace_s.n : -1});
}

static void on_probed(void *ctx, const struct verdict_of_probe *verdict)
{
    struct runner *r = ctx;

    r->prober = NULL;
    if (verdict->err) {
        fail(r, verdict->err->text);
        return;
    }
    if (verdict->box)
        world_set_box(&r->world, verdict->box);
    else
        world_drop_box(&r->world, r->step.box_id);
    struct box *b = world_box(&r->world, r->step.box_id);
    if (b && verdict->ready && b->health != HEALTH_GOOD) {
        b->health = HEALTH_GOOD;
        b->ready_ms = wall_ms();
    } else if (b && !verdict->ready) {
        b->health = HEALTH_BAD;
        b->health_text = verdict->text;
    }
    if (r->step.kind == STEP_PROBE)
        end_step(r, verdict->ready ? EVENT_DONE : EVENT_FAILED,
                 verdict->ready ? NULL : verdict->text);
    if (r->step.kind == STEP_WAIT && verdict->ready && !*r->shared->interrupted)
        set_timer(r,
                  r->step.until_ms - wall_ms() < POLL_MS ? r->step.until_ms - wall_ms() : POLL_MS);
    else
        turn(r);
}

static void probe(struct runner *r, int64_t timeout_ms)
{
    struct box *b = world_box(&r->world, r->step.box_id);

    begin_step(r);
    r->prober =
        prober_start(r->shared->client, r->arena, r->step.wanted, b, timeout_ms, on_probed, r);
}

static void wait(struct runner *r)
{
    struct box *b = world_box(&r->world, r->step.box_id);
    int64_t left = r->step.until_ms ? r->step.until_ms - r->world.now.now_ms : POLL_MS;

    begin_step(r);
    if (r->step.gate == GATE_SOAK) {
        probe(r, SOAK_PROBE_MS);
        return;
    }
    if (r->step.gate == GATE_DRAIN) {
        if (b && !b->waiting_ms)
            b->waiting_ms = r->world.now.now_ms;
        if (r->shared->give_up_ms && mono_ms() >= r->shared->give_up_ms) {
            end_step(r, EVENT_PROGRESS, "still waiting when the time was up; nothing was cut");
            finish(r, RESULT_WAITING, "calls are still open; nothing was cut");
            return;
        }
        yield(r, true);
    }
    set_timer(r, left < POLL_MS ? left : POLL_MS);
}

static void hold(struct runner *r)
{
    const char *why = r->failure ? r->failure : r->step.why;

    switch (r->step.hold) {
    case HOLD_CALLS:
        finish(r, RESULT_WAITING, why);
        return;
    case HOLD_FAILED:
    case HOLD_UNHEALTHY:
        finish(r, RESULT_FAILED, why);
        return;
    default:
        finish(r, r->failure ? RESULT_FAILED : RESULT_HELD, why);
    }
}

static void act(struct runner *r)
{
    const struct step *s = &r->step;

    switch (s->kind) {
    case STEP_NOTHING:
        finish(r, r->failure ? RESULT_FAILED : RESULT_SYNC, r->failure);
        return;
    case STEP_HOLD:
        hold(r);
        return;
    case STEP_PULL:
        send(r, &(struct call){.kind = CALL_PULL, .ref = s->image});
        return;
    case STEP_CREATE:
        create(r);
        return;
    case STEP_START:
        send(r, &(struct call){.kind = CALL_START, .id = s->box_id});
        return;
    case STEP_PROBE:
        probe(r, s->wanted->spec->probe.timeout_s * 1000);
        return;
    case STEP_WAIT:
        wait(r);
        return;
    case STEP_RENAME:
        send(r, &(struct call){.kind = CALL_RENAME, .id = s->box_id, .name = s->new_name});
        return;
    case STEP_STOP:
        stop(r);
        return;
    case STEP_REMOVE:
        send(r, &(struct call){.kind = CALL_REMOVE, .id = s->box_id});
        return;
    case STEP_UPDATE:
        send(r, &(struct call){.kind = CALL_UPDATE, .id = s->box_id, .wanted = s->wanted});
        return;
    case STEP__N:
        break;
    }
    abort();
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
    return r->step.kind != STEP_RENAME || place_is_temporary(r->step.new_name) || slot_live(r);
}

static bool is_same_wait(const struct step *a, const struct step *b)
{
    return a->kind == STEP_WAIT && b->kind == STEP_WAIT && a->gate == b->gate &&
           text_is(a->box_id, b->box_id);
}

/* Asks the rules.  What the last step still has to report, it reports before its texts die. */
static void decide(struct runner *r)
{
    struct arena *last = r->step_arena;
    struct step before = r->step;

    r->step_arena = arena_new();
    struct step next = agent_next(r->step_arena, &r->shared->sources->desired, r->agent,
                                  &r->world.now, r->shared->key, &r->shared->options->plan);
    if (!is_same_wait(&before, &next))
        end_step(r, EVENT_DONE, NULL);
    r->step = next;
    if (r->step_said && next.gate == GATE_DRAIN)
        report(r, EVENT_PROGRESS, NULL);
    arena_free(last);
}

static void turn(struct runner *r)
{
    struct err err;

    r->world.now.now_ms = wall_ms();
    if (r->world.now.sockets_known)
        witness_sockets(r->world.boxes, r->world.now.n_boxes, r->world.now.now_ms);
    if (witness_calls_refresh(r->shared->calls, &r->world.now, &err) < 0) {
        if (r->step_said)
            report(r, EVENT_PROGRESS, err.text);
        if (*r->shared->interrupted)
            finish(r, RESULT_INTERRUPTED, err.text);
        else
            set_timer(r, POLL_MS); /* whoever cannot see calls stops nothing */
        return;
    }
    decide(r);
    if (*r->shared->interrupted && r->step.kind != STEP_NOTHING && r->step.kind != STEP_HOLD &&
        is_safe_point(r)) {
        finish(r, RESULT_INTERRUPTED,
               arena_printf(r->step_arena, "stopped before: %s %s", step_text[r->step.kind],
                            r->step.box_name ? r->step.box_name : ""));
        return;
    }
    if (!take_pass(r))
        return;
    if (r->step.kind != STEP_WAIT) {
        yield(r, false);
        if (++r->n_steps > MAX_STEPS) {
            fail(r, "it does not settle: too many steps");
            return;
        }
    }
    act(r);
}

static void on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    turn(timer->data);
}

static void on_pass(void *ctx)
{
    turn(ctx);
}

struct runner *runner_new(struct rollout_context *shared, const struct agent *agent,
                          const struct observed *o, runner_done *done, runner_yielded *on_yield,
                          void *ctx)
{
    struct runner *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    *r = (struct runner){.shared = shared,
                         .agent = agent,
                         .arena = arena_new(),
                         .step_arena = arena_new(),
                         .done = done,
                         .on_yield = on_yield,
                         .ctx = ctx};
    struct observed mine = observed_of_agent(r->arena, &shared->sources->desired, agent, o);
    world_init(&r->world, r->arena, &mine);
    r->outcome.agent = agent;
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
    arena_free(r->step_arena);
    arena_free(r->arena);
    free(r);
}

void runner_retire(struct runner *r)
{
    ev_timer_stop(r->shared->client->loop, &r->timer);
    ev_timer_init(&r->timer, on_retired, 0., 0.);
    ev_timer_start(r->shared->client->loop, &r->timer);
}

bool runner_yields(const struct runner *r)
{
    return r->yielded;
}

void runner_wake(struct runner *r)
{
    bool asks = r->call || r->relook;

    if (asks || r->pass.wants != PASS_NONE)
        return; /* it looks by itself when the answer is there */
    if (r->prober) {
        prober_cancel(r->prober);
        r->prober = NULL;
    }
    set_timer(r, 0);
}

const struct agent_outcome *runner_outcome(const struct runner *r)
{
    return &r->outcome;
}

/* Carrying one step out: the request, and the look at what came of it. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/clock.h"
#include "control/runner_parts.h"
#include "core/guard.h"
#include "core/view.h"

enum {
    SOAK_PROBE_MS = 5000, /* a box that was ready must answer within this */
    MAX_CONFLICTS = 5,
    CONFLICT_MS = 200, /* before the second look, twice as long before the next */
    RELOOK_MS = 3000,  /* how often a drain looks at the containers themselves */
};

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
        runner_fail(
            r, arena_printf(r->step_arena,
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

/* As is_loop(), of a network. */
static bool is_connected(struct runner *r, const struct box *b)
{
    for (size_t i = 0; i < b->n_networks; i++)
        if (text_is(b->networks[i].name, r->step.network))
            return true;
    runner_fail(r,
                arena_printf(r->step_arena, "%s is not on network %s right after it was connected",
                             b->name, r->step.network));
    return false;
}

static void on_looked(void *ctx, const struct facts *facts, const struct err *err)
{
    struct runner *r = ctx;
    const char *refused = r->start_refused;

    r->call = NULL;
    if (err && err->code != ERR_NOT_FOUND) {
        runner_fail(r, err->text);
        return;
    }
    if (err) {
        world_drop_box(&r->world, r->looked_at);
    } else {
        world_set_box(&r->world, &facts->box);
        if (r->step.kind == STEP_CREATE && is_loop(r, &facts->box))
            return;
        if (r->step.kind == STEP_CONNECT && !is_connected(r, &facts->box))
            return;
        if (r->step.kind == STEP_START)
            runner_judge_start(r);
    }
    const struct box *b = world_box(&r->world, r->looked_at);
    if (refused && (!b || b->health != HEALTH_BAD)) {
        runner_fail(r, refused);
        return;
    }
    if (r->step.kind == STEP_RENAME && text_starts(r->step.new_name, "avrd-failed-"))
        r->failure = arena_printf(r->arena, "%s; kept as %s", r->step.why, r->step.new_name);
    runner_end_step(r, refused ? EVENT_FAILED : EVENT_DONE, refused);
    runner_turn(r);
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
        runner_fail(r, err ? err->text
                           : "the image was pulled and is not on the engine: does somebody else "
                             "remove images?");
        return;
    }
    registry_pulled(r->shared->registries, r->step.image);
    struct image image = facts->image;
    image.asked = arena_strdup(r->arena, r->step.image);
    world_set_image(&r->world, &image);
    image.asked = image.id; /* what a box of it is looked up by */
    world_set_image(&r->world, &image);
    runner_end_step(r, EVENT_DONE, NULL);
    runner_turn(r);
}

/* The world moved under the plan: somebody else holds the name, or the box is gone or just going.
 */
static void look_again(struct runner *r, const char *why)
{
    if (++r->n_conflicts > MAX_CONFLICTS) {
        runner_fail(r, why);
        return;
    }
    runner_end_step(r, EVENT_FAILED, why);
    if (r->n_conflicts == 1) {
        runner_relook(r);
        return;
    }
    r->relook_due = true;
    runner_set_timer(r, (int64_t)CONFLICT_MS << (r->n_conflicts - 2));
}

static void on_refused(struct runner *r, const struct err *err)
{
    const char *text = arena_strdup(r->arena, err->text);

    if (r->step.kind == STEP_START && err->code != ERR_UNREACHABLE && err->code != ERR_CONFLICT) {
        r->start_refused = text;
        look_at(r, r->step.box_id);
    } else if (err->code == ERR_CONFLICT ||
               (err->code == ERR_NOT_FOUND && r->step.kind != STEP_PULL &&
                r->step.kind != STEP_CREATE)) { /* there it speaks of the image */
        look_again(r, text);
    } else {
        runner_fail(r, text);
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

const struct box *runner_live_box(struct runner *r)
{
    const struct container_spec *spec = agent_container(r->task.agent, r->step.role);

    for (size_t i = 0; spec && i < r->world.now.n_boxes; i++)
        if (strcmp(r->world.boxes[i].name, spec->name) == 0)
            return &r->world.boxes[i];
    return NULL;
}

static void send(struct runner *r, const struct call *call)
{
    r->start_refused = NULL;
    runner_begin_step(r);
    r->call = client_send(r->shared->client, call, r->arena, on_done, r);
}

static void create(struct runner *r)
{
    const struct sources *s = r->task.sources;
    struct create *create = arena_alloc(r->step_arena, sizeof *create);
    struct err err;

    if (guard_wanted(r->step.wanted, s->bind_roots, s->n_bind_roots, runner_live_box(r), &err) <
        0) {
        runner_fail(r, arena_strdup(r->step_arena, err.text));
        return;
    }
    *create = (struct create){
        .name = r->step.new_name, .wanted = r->step.wanted, .attempt = r->step.attempt};
    send(r, &(struct call){.kind = CALL_CREATE, .create = create});
}

static void stop(struct runner *r)
{
    const struct container_spec *spec = agent_container(r->task.agent, r->step.role);
    bool said = spec && spec->settings->stop_grace_s.set;

    send(r, &(struct call){.kind = CALL_STOP,
                           .id = r->step.box_id,
                           .grace_s = said ? (int)spec->settings->stop_grace_s.n : -1});
}

/* Calls may take hours.  True: whoever asked for the work waits no longer. */
static bool give_up(struct runner *r)
{
    bool canary = r->step.gate == GATE_CANARY;

    if (!(canary || r->step.gate == GATE_DRAIN) || !r->task.give_up_ms ||
        mono_ms() < r->task.give_up_ms)
        return false;
    runner_end_step(r, EVENT_PROGRESS,
                    canary ? "the canary was still open when the time was up; it stays as it is"
                           : "still waiting when the time was up; nothing was cut");
    runner_finish(r, RESULT_WAITING,
                  canary ? r->step.why : "calls are still open; nothing was cut");
    return true;
}

static void wait(struct runner *r)
{
    struct box *b = world_box(&r->world, r->step.box_id);
    int64_t left = r->step.until_ms ? r->step.until_ms - r->world.now.now_ms : RUNNER_POLL_MS;

    if (r->step_said && (r->step.gate == GATE_DRAIN || r->step.gate == GATE_CANARY))
        runner_report(r, EVENT_PROGRESS, NULL);
    runner_begin_step(r);
    if (r->step.gate == GATE_SOAK) {
        runner_probe(r, SOAK_PROBE_MS);
        return;
    }
    if (r->step.gate == GATE_DRAIN && b && !b->waiting_ms)
        b->waiting_ms = r->world.now.now_ms;
    if (give_up(r))
        return;
    if (step_waits_for_calls(&r->step) || r->step.gate == GATE_OTHERS)
        runner_yield(r, true);
    if (r->step.gate == GATE_DRAIN && mono_ms() - r->relooked_ms >= RELOOK_MS) {
        runner_relook(r);
        return;
    }
    runner_set_timer(r, left < RUNNER_POLL_MS ? left : RUNNER_POLL_MS);
}

/* What failed in this apply is known better than its container tells. */
static const char *hold_text(struct runner *r)
{
    int64_t left_ms = r->step.until_ms - r->world.now.now_ms;

    if (!r->failure)
        return r->step.why;
    if (r->step.hold != HOLD_FAILED || left_ms <= 0)
        return r->failure;
    return arena_printf(r->step_arena, "%s; next try in %s", r->failure,
                        text_duration(r->step_arena, (left_ms + 999) / 1000));
}

static void hold(struct runner *r)
{
    const char *why = hold_text(r);

    switch (r->step.hold) {
    case HOLD_CALLS:
        runner_finish(r, RESULT_WAITING, why);
        return;
    case HOLD_FAILED:
    case HOLD_UNHEALTHY:
        runner_finish(r, RESULT_FAILED, why);
        return;
    default:
        runner_finish(r, r->failure ? RESULT_FAILED : RESULT_HELD, why);
    }
}

void runner_act(struct runner *r)
{
    const struct step *s = &r->step;

    switch (s->kind) {
    case STEP_NOTHING:
        runner_finish(r, r->failure ? RESULT_FAILED : RESULT_SYNC, r->failure);
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
    case STEP_CONNECT:
        send(r,
             &(struct call){
                 .kind = CALL_CONNECT, .id = s->box_id, .name = s->network, .wanted = s->wanted});
        return;
    case STEP_START:
        send(r, &(struct call){.kind = CALL_START, .id = s->box_id});
        return;
    case STEP_PROBE:
        runner_probe(r, s->wanted->spec->probe.timeout_s * 1000);
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

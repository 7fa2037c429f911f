/* Verdicts on boxes: what becomes of a start, and of a probe.
 *
 * A box that ended with its engine is no bad one.  An engine that is told to end takes no new
 * connections any more, stops its containers one by one, and serves the connections it has until
 * the last of them has ended: so whoever finds a box dead asks over a new connection whether there
 * still is an engine. */
#include "base/clock.h"
#include "base/text.h"
#include "control/runner_parts.h"
#include "core/failure.h"

/* The engine tried to start it and could not, or it ran and is over already: a verdict. */
void runner_judge_start(struct runner *r)
{
    struct box *b = world_box(&r->world, r->step.box_id);

    if (!b || box_runs(b) || outage_took(r->shared->outage, b, b->started_ms))
        return;
    if (r->start_refused && !*b->error)
        return; /* a refused request says nothing about the image */
    b->health = HEALTH_BAD;
    if (r->start_refused)
        b->health_text = r->start_refused;
    else
        b->health_text =
            *b->error ? b->error : arena_printf(r->arena, "it %s", death_text(r->arena, b));
}

/* What ended with the engine is asked again once it runs again. */
static void judge(const struct runner *r, struct box *b, int64_t started_ms,
                  const struct verdict_of_probe *verdict)
{
    if (verdict->ready) {
        b->asked_ms = wall_ms();
        if (b->health != HEALTH_GOOD)
            b->ready_ms = b->asked_ms;
        b->health = HEALTH_GOOD;
    } else if (outage_took(r->shared->outage, b, started_ms)) {
        b->health = HEALTH_UNKNOWN;
        b->ready_ms = 0;
    } else {
        b->health = HEALTH_BAD;
        b->health_text = verdict->text;
    }
}

static void settle(struct runner *r, const struct verdict_of_probe *verdict)
{
    const struct box *before = world_box(&r->world, r->step.box_id);
    int64_t started_ms = before ? before->started_ms : 0; /* the life that was asked */

    if (verdict->box)
        world_set_box(&r->world, verdict->box);
    else
        world_drop_box(&r->world, r->step.box_id);
    struct box *b = world_box(&r->world, r->step.box_id);
    if (b)
        judge(r, b, started_ms, verdict);
    if (r->step.kind == STEP_PROBE)
        runner_end_step(r, verdict->ready ? EVENT_DONE : EVENT_FAILED,
                        verdict->ready ? NULL : verdict->text);
    if (r->step.kind == STEP_WAIT && verdict->ready && !*r->shared->interrupted)
        runner_set_timer(r, r->step.until_ms - wall_ms() < RUNNER_POLL_MS
                                ? r->step.until_ms - wall_ms()
                                : RUNNER_POLL_MS);
    else
        runner_turn(r);
}

static void on_engine_asked(void *ctx, const struct facts *facts, const struct err *err)
{
    struct runner *r = ctx;

    (void)facts;
    r->call = NULL;
    if (err)
        runner_fail(
            r, arena_printf(r->arena, "%s ended with the engine: %s", r->step.box_name, err->text));
    else
        settle(r, &r->verdict);
}

static void on_probed(void *ctx, const struct verdict_of_probe *verdict)
{
    struct runner *r = ctx;
    const struct box *b = verdict->box;

    r->prober = NULL;
    if (verdict->err) {
        runner_fail(r, verdict->err->text);
        return;
    }
    if (!b || verdict->ready || b->state != BOX_EXITED) {
        settle(r, verdict);
        return;
    }
    r->verdict = *verdict;
    r->verdict.box = arena_memdup(r->arena, b, sizeof *b);
    r->call =
        client_send(r->shared->client, &(struct call){.kind = CALL_PING}, NULL, on_engine_asked, r);
}

void runner_probe(struct runner *r, int64_t timeout_ms)
{
    struct box *b = world_box(&r->world, r->step.box_id);

    runner_begin_step(r);
    r->prober =
        prober_start(r->shared->client, r->arena, r->step.wanted, b, timeout_ms, on_probed, r);
}

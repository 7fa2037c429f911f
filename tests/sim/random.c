/* Goal: from any state whatever, with people, AVR's backend and the engine doing what they like for
 * a while, it converges once they leave it alone - and until then never names a container that is
 * not ours, never cuts a call, never takes away what serves.
 *
 *     sim.random N         worlds 1 to N
 *     sim.random seed S    world S alone, step by step */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disturb.h"

enum { FUEL = 4000, BACK_OFFS = 12, BACK_OFF_MS = 3700000 };

struct totals {
    unsigned long worlds, steps, events, in_sync, held, stopped;
};

static struct scenario any_scenario(struct dice *d)
{
    struct scenario s = {
        .name = "random",
        .pipeline = dice_roll(d, 2),
        .core_too = dice_roll(d, 3) == 0,
        .stop_first = dice_roll(d, 5) == 0,
        .witnesses = SEE_SOCKETS | (dice_roll(d, 2) ? SEE_ROWS : 0),
        .exits = dice_roll(d, 2),
        .stopped = 1 << 4,
        .other_mode = 1 << 5,
        .wild = true,
    };

    s.remembers = dice_roll(d, 2);
    s.two_networks = dice_roll(d, 4) == 0;
    s.canary = dice_roll(d, 2);
    if (s.canary && dice_roll(d, 4) == 0)
        s.witnesses = SEE_ROWS;
    for (int g = 1; s.canary && g < 4; g++)
        s.ill |= dice_roll(d, 4) ? 0 : 1u << g;
    for (int g = 1; g < 4; g++) {
        unsigned kind = dice_roll(d, 6);
        s.bad |= kind == 0 ? 1u << g : 0;
        s.late_bad |= kind == 1 ? 1u << g : 0;
    }
    return s;
}

static void tell(const struct world *w, const char *what)
{
    if (w->trace)
        printf("          -- %s (asked for: %d)\n", what, w->asked);
}

static void interfere(struct world *w, struct dice *d, struct totals *t)
{
    struct step last;

    for (unsigned left = dice_roll(d, 14); left > 0 && !w->violation; left--) {
        tell(w, disturb(w, d));
        t->events++;
        for (unsigned fuel = dice_roll(d, 24); fuel > 0 && world_step(w, &last); fuel--)
            continue;
    }
}

static bool some_box_is(const struct world *w, bool (*what)(const struct world *, size_t))
{
    for (size_t i = 0; i < w->n_boxes; i++)
        if (!w->boxes[i].stranger && !w->boxes[i].hidden && what(w, i))
            return true;
    return false;
}

static bool is_broken(const struct world *w, size_t i)
{
    unsigned broken = w->scenario->bad | w->scenario->late_bad;
    return broken & 1u << w->boxes[i].generation || w->boxes[i].box.state == BOX_RESTARTING;
}

static bool is_there(const struct world *w, size_t i)
{
    (void)w, (void)i;
    return true;
}

/* Where something good is remembered a bad wish never leaves a role without anybody.  What dies
 * only after it was good keeps its name; so does in a pipeline what is neither wanted nor works.
 * Core is not looked at: it waits for a provider that was never anything else. */
static bool is_left_alone(struct world *w, enum role r)
{
    const struct scenario *s = w->scenario;
    const struct sim_box *b = world_named(w, world_name(w, r));
    bool has_other = s->remembers && world_changes(s, r) && world_uses(s, 0, r);

    return has_other && world_uses(s, w->asked, r) && s->bad & 1u << w->asked &&
           (!b || (!s->pipeline && b->box.state != BOX_RUNNING && b->generation == w->asked));
}

static bool some_role_is_left_alone(struct world *w)
{
    for (enum role r = 0; r < ROLE_CORE; r++)
        if (is_left_alone(w, r))
            return true;
    return false;
}

/* Why it may not rest like this; NULL: it may. */
static const char *wrong_with(struct world *w, const struct step *last, struct totals *t)
{
    static const struct plan_options options = {0};
    struct arena *a CLEANUP_ARENA = arena_new();
    const struct desired *d = &w->desired[w->asked];
    struct observed o = world_observe(w, a);
    unsigned broken = w->scenario->bad | w->scenario->late_bad;

    if (!(broken & 1u << w->asked) && world_check_dials(w))
        return world_check_dials(w);
    if (last->kind == STEP_HOLD) {
        t->held++;
        if (some_role_is_left_alone(w))
            return "nobody serves although what was good is remembered";
        if (last->hold == HOLD_FAILED)
            return (broken | w->scenario->ill) & 1u << w->asked
                       ? NULL
                       : "it holds although what is asked for is good";
        if (last->hold == HOLD_CANARY) /* nobody can be sent to one that does not run */
            return w->scenario->stop_first || some_box_is(w, is_broken)
                       ? NULL
                       : "a canary cannot begin although calls ask";
        if (last->hold == HOLD_UNHEALTHY)
            return some_box_is(w, is_broken) ? NULL : "it calls a healthy container unhealthy";
        return "it holds, and nobody could tell why";
    }
    if (w->scenario->stopped & 1u << w->asked) {
        t->stopped++;
        return some_box_is(w, is_there) ? "a stopped agent has containers" : NULL;
    }
    t->in_sync++;
    const char *only[] = {SIM_AGENT};
    struct plan plan = plan_make(a, d, &o, &w->key, &options, only, 1);
    return plan_in_sync(&plan) ? NULL : "it rests and is not in sync";
}

/* A canary begins with the first call that asks where to go. */
static void go_on(struct world *w, struct step *last)
{
    for (int i = 0; i < 2; i++) {
        for (unsigned fuel = FUEL; fuel > 0 && world_step(w, last); fuel--)
            continue;
        if (w->violation || last->kind != STEP_HOLD || last->hold != HOLD_CANARY)
            return;
        tell(w, "somebody calls");
        world_call(w, 3000);
    }
}

/* A back-off is waited for, as often as it may take. */
static void come_to_rest(struct world *w, struct totals *t)
{
    struct step last = {0}, again;
    const char *wrong = NULL;

    for (int i = 0; i < BACK_OFFS && !w->violation; i++) {
        go_on(w, &last);
        if (w->violation || last.kind != STEP_HOLD || last.hold != HOLD_FAILED)
            break;
        tell(w, "an hour passes");
        world_pass_time(w, BACK_OFF_MS);
        world_crash(w);
    }
    if (!w->violation && (world_step(w, &again) || again.kind != last.kind))
        if (last.kind != STEP_HOLD) /* an hour has passed for a hold */
            world_violate(w, "a second cycle is not empty");
    if (!w->violation && (wrong = wrong_with(w, &last, t)))
        world_violate(w, wrong);
}

static bool run(uint64_t seed, bool trace, struct totals *t)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct world *w = malloc(sizeof *w);
    struct dice dice = {seed * 0x2545f4914f6cdd1d};
    struct scenario scenario = any_scenario(&dice);

    if (!w)
        abort();
    world_make(w, a, &scenario);
    w->trace = trace;
    w->asked = (int)dice_roll(&dice, 5);
    disturb_begin(w, &dice);
    if (trace)
        for (size_t i = 0; i < w->n_boxes; i++)
            printf("  %s generation %d, state %d%s\n", w->boxes[i].box.name, w->boxes[i].generation,
                   (int)w->boxes[i].box.state, w->boxes[i].stranger ? ", a stranger's" : "");
    interfere(w, &dice, t);
    disturb_end(w);
    tell(w, "people have gone home");
    come_to_rest(w, t);
    t->worlds++;
    t->steps += w->steps;
    bool ok = !w->violation;
    if (!ok)
        printf("FAILED seed %" PRIu64 ": %s\n", seed, w->violation);
    free(w);
    return ok;
}

int main(int argc, char *argv[])
{
    struct totals t = {0};
    uint64_t n = 2000, failures = 0;

    if (argc == 3 && strcmp(argv[1], "seed") == 0)
        return run(strtoull(argv[2], NULL, 10), true, &t) ? 0 : 1;
    if (argc == 2)
        n = strtoull(argv[1], NULL, 10);
    for (uint64_t seed = 1; seed <= n && failures < 20; seed++)
        failures += !run(seed, false, &t);
    printf("%lu worlds (seeds 1 to %" PRIu64 "), %lu events, %lu steps: %lu in sync, %lu stopped, "
           "%lu hold what is bad: %s\n",
           t.worlds, n, t.events, t.steps, t.in_sync, t.stopped, t.held,
           failures ? "FAILED" : "no call cut, nothing served was taken away, all converged");
    return failures ? 1 : 0;
}

#include "disturb.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/avr.h"

unsigned dice_roll(struct dice *d, unsigned sides)
{
    uint64_t z = d->state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (unsigned)((z ^ z >> 31) % sides);
}

static const char *slot_name(struct world *w, enum role r)
{
    return canonical_name(w->arena, "avr", r, SIM_AGENT);
}

/* --- making containers ----------------------------------------------------------------------- */

static void set_env(struct world *w, struct box *b, const char *name, const char *value)
{
    struct pair *env = arena_memdup(w->arena, b->env, b->n_env * sizeof *env);

    for (size_t i = 0; i < b->n_env; i++)
        if (strcmp(env[i].key, name) == 0)
            env[i].value = value;
    b->env = env;
}

/* As AVR's backend makes it: with a port of its own drawing, core's URLs by name. */
static struct sim_box *make(struct world *w, struct dice *d, int generation, enum role r,
                            const char *name)
{
    struct observed nothing = world_observe(w, w->arena);
    struct wanted *wanted = arena_alloc(w->arena, ROLE__N * sizeof *wanted);
    const struct desired *desired = &w->desired[generation];
    struct sim_box *b = &w->boxes[w->n_boxes];

    nothing.n_boxes = 0;
    resolve_agent(w->arena, desired, &desired->agents[0], &nothing, &w->key, wanted);
    if (!wanted[r].spec || w->n_boxes == MAX_BOXES)
        return NULL;
    *b = (struct sim_box){.role = r, .generation = generation};
    b->box = model_box(w->arena, &wanted[r], arena_printf(w->arena, "box-%08u", ++w->created), name,
                       1 + (int)dice_roll(d, 3), w->now_ms);
    if (r != ROLE_CORE)
        set_env(w, &b->box, "PORT", arena_printf(w->arena, "%u", 6000 + dice_roll(d, 3)));
    for (enum role p = 0; r == ROLE_CORE && p < ROLE_CORE; p++) {
        struct sim_box *live = world_named(w, slot_name(w, p));
        const char *port = live ? pair_get(live->box.env, live->box.n_env, "PORT") : "6000";
        if (wanted[p].spec)
            set_env(w, &b->box, avr_url_name(p), avr_url(w->arena, p, slot_name(w, p), port));
    }
    w->n_boxes++;
    return b;
}

static int any_generation(struct dice *d)
{
    return (int)dice_roll(d, 4);
}

static enum box_state any_state(struct dice *d)
{
    static const enum box_state states[] = {BOX_RUNNING, BOX_RUNNING, BOX_RUNNING,    BOX_RUNNING,
                                            BOX_RUNNING, BOX_RUNNING, BOX_EXITED,     BOX_EXITED,
                                            BOX_CREATED, BOX_PAUSED,  BOX_RESTARTING, BOX_RUNNING};
    return states[dice_roll(d, 12)];
}

static int generation_with(const struct world *w, struct dice *d, enum role r)
{
    int g = any_generation(d);

    for (int i = 0; i < MAX_GENERATIONS && !world_uses(w->scenario, g, r); i++)
        g = (g + 1) % MAX_GENERATIONS;
    return g;
}

static void begin_box(struct world *w, struct dice *d, enum role r, enum place place)
{
    int64_t since = w->now_ms - 1 - (int64_t)dice_roll(d, 3600000);
    const char *name = place == PLACE_LIVE ? slot_name(w, r) : place_name(w->arena, place, since);
    struct sim_box *b = world_named(w, name) ? NULL : make(w, d, generation_with(w, d, r), r, name);

    if (b)
        b->box.state = any_state(d);
}

static void begin_strangers(struct world *w, struct dice *d)
{
    for (unsigned i = dice_roll(d, 4); i > 0; i--) {
        enum role r = dice_roll(d, 2) ? ROLE_CORE : ROLE_STS;
        const char *slot = arena_printf(w->arena, "%s%u", slot_name(w, r), i);
        const char *name =
            dice_roll(d, 2) ? slot
                            : place_name(w->arena, PLACE_NEXT + dice_roll(d, 3), w->now_ms - 7 * i);
        struct sim_box *b = make(w, d, 0, r, name);
        if (!b)
            continue;
        struct pair *labels =
            arena_memdup(w->arena, b->box.labels, b->box.n_labels * sizeof *labels);
        for (size_t k = 0; k < b->box.n_labels; k++)
            if (strcmp(labels[k].key, "agentName") == 0)
                labels[k].value = slot;
        b->box.labels = labels;
        b->box.state = any_state(d);
        b->stranger = true;
    }
}

void disturb_begin(struct world *w, struct dice *d)
{
    for (enum role r = 0; r < ROLE__N; r++) {
        if (!world_uses(w->scenario, 0, r) && dice_roll(d, 6))
            continue;
        if (dice_roll(d, 5))
            begin_box(w, d, r, PLACE_LIVE);
        for (enum place place = PLACE_NEXT; place < PLACE__N; place++)
            for (int i = 0; i < 2; i++)
                if (dice_roll(d, 5) == 0)
                    begin_box(w, d, r, place);
    }
    begin_strangers(w, d);
}

/* --- what happens ---------------------------------------------------------------------------- */

static struct sim_box *any_box(struct world *w, struct dice *d)
{
    struct sim_box *b = w->n_boxes ? &w->boxes[dice_roll(d, (unsigned)w->n_boxes)] : NULL;

    return b && !b->stranger && !b->hidden ? b : NULL;
}

static void change_state(struct world *w, struct sim_box *b, enum box_state state)
{
    if (b->box.state == BOX_RUNNING)
        world_drop_calls(w, b->box.id);
    b->box.state = state;
    if (b->box.health == HEALTH_GOOD || state == BOX_RUNNING)
        b->box.health = HEALTH_UNKNOWN;
    b->box.ready_ms = b->box.quiet_ms = 0;
    if (state == BOX_RUNNING)
        b->box.started_ms = w->now_ms;
    if (state == BOX_EXITED)
        b->box.finished_ms = w->now_ms;
}

static void drop(struct world *w, struct sim_box *b)
{
    size_t i = (size_t)(b - w->boxes);

    world_drop_calls(w, b->box.id);
    memmove(b, b + 1, (w->n_boxes - i - 1) * sizeof *b);
    w->n_boxes--;
}

static void rename_by_hand(struct world *w, struct dice *d, struct sim_box *b)
{
    const char *slot = pair_get(b->box.labels, b->box.n_labels, "agentName");

    world_drop_calls(w, b->box.id);
    if (dice_roll(d, 2) && !world_named(w, slot) && !text_is(w->foreign, slot)) {
        b->box.name = slot;
        return;
    }
    b->box.name = arena_printf(w->arena, "old-%u", ++w->created);
    b->hidden = true;
    change_state(w, b, BOX_EXITED); /* or it would still answer to its aliases */
}

/* AVR finds containers by substring, so it never meets what has a name of ours. */
static void backend_stop(struct world *w)
{
    for (size_t i = w->n_boxes; i-- > 0;)
        if (!w->boxes[i].stranger && strstr(w->boxes[i].box.name, SIM_AGENT))
            drop(w, &w->boxes[i]);
    w->asked = 4;
}

static void backend_run(struct world *w, struct dice *d)
{
    w->asked = any_generation(d);
    for (enum role r = 0; r < ROLE__N; r++) {
        struct sim_box *b = world_named(w, slot_name(w, r));
        if (!world_uses(w->scenario, w->asked, r) || text_is(w->foreign, slot_name(w, r)))
            continue;
        if (!b)
            b = make(w, d, w->asked, r, slot_name(w, r));
        if (b && !box_runs(&b->box))
            change_state(w, b, BOX_RUNNING);
    }
}

const char *disturb(struct world *w, struct dice *d)
{
    enum { STOPPED_WISH = 4 };
    struct sim_box *b = any_box(w, d);
    enum role r = dice_roll(d, ROLE__N);
    unsigned what = dice_roll(d, 20);

    if (what < 7 && !b)
        return "nothing";
    w->unserved = 0;
    switch (what) {
    case 0:
        drop(w, b);
        return "docker rm -f";
    case 1:
        if (box_runs(&b->box))
            change_state(w, b, BOX_EXITED);
        return "docker stop";
    case 2:
    case 3:
        if (!box_runs(&b->box))
            change_state(w, b, BOX_RUNNING);
        return "docker start";
    case 4:
        rename_by_hand(w, d, b);
        return "docker rename";
    case 5:
        if (b->box.state == BOX_RUNNING)
            change_state(w, b, BOX_PAUSED);
        return "docker pause";
    case 6:
        if (b->box.state == BOX_PAUSED)
            change_state(w, b, BOX_RUNNING);
        return "docker unpause";
    case 7:
        backend_stop(w);
        return "AVR: Stop";
    case 8:
    case 9:
        backend_run(w, d);
        return "AVR: Run";
    case 10:
        if (dice_roll(d, 2)) {
            w->engine_dies = true;
            return "the engine is about to restart";
        }
        world_restart_engine(w);
        return "the engine restarts";
    case 11:
    case 12:
        w->asked = (int)dice_roll(d, MAX_GENERATIONS);
        return "another wish";
    case 13:
    case 14:
        world_crash(w);
        return "the controller is killed";
    case 15:
        w->foreign = w->foreign || world_named(w, slot_name(w, r)) ? NULL : slot_name(w, r);
        return w->foreign ? "a stranger takes the name" : "no stranger has the name";
    default:
        world_call(w, 100 + (int64_t)dice_roll(d, 60000));
        return "a call";
    }
}

void disturb_end(struct world *w)
{
    w->foreign = NULL;
    w->engine_dies = false;
    w->unserved = 0;
    for (size_t i = 0; i < w->n_boxes; i++)
        if (w->boxes[i].box.state == BOX_PAUSED && !w->boxes[i].stranger)
            change_state(w, &w->boxes[i], BOX_RUNNING);
}

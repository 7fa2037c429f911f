#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/avr.h"

static const char agent_id[] = SIM_AGENT;

enum { START_MS = 1700000000, STEP_MS = 20, POLL_MS = 4000 };

static bool role_is_used(const struct world *w, enum role r)
{
    return world_uses(w->scenario, w->asked, r);
}

void world_copy(struct world *to, const struct world *from)
{
    *to = *from;
}

/* --- the truth ------------------------------------------------------------------------------- */

void world_violate(struct world *w, const char *what)
{
    if (!w->violation)
        w->violation = what;
}

struct sim_box *world_find(struct world *w, const char *id)
{
    for (size_t i = 0; i < w->n_boxes; i++)
        if (text_is(w->boxes[i].box.id, id))
            return &w->boxes[i];
    return NULL;
}

struct sim_box *world_named(struct world *w, const char *name)
{
    for (size_t i = 0; i < w->n_boxes; i++)
        if (text_is(w->boxes[i].box.name, name))
            return &w->boxes[i];
    return NULL;
}

const char *world_name(struct world *w, enum role r)
{
    return canonical_name(w->arena, "avr", r, agent_id);
}

static bool answers_to(const struct box *b, const char *host)
{
    return b->state == BOX_RUNNING && (text_is(b->name, host) || box_has_alias(b, host));
}

/* What the network's DNS answers: a name or an alias of a running container. */
static struct sim_box *resolve_host(struct world *w, const char *host)
{
    for (size_t i = 0; i < w->n_boxes; i++) {
        if (answers_to(&w->boxes[i].box, host))
            return &w->boxes[i];
    }
    return NULL;
}

struct sim_box *world_dialled(struct world *w, const struct box *core, enum role r)
{
    struct avr_url url;
    const char *text = pair_get(core->env, core->n_env, avr_url_name(r));

    return text && avr_url_parse(w->arena, text, &url) ? resolve_host(w, url.host) : NULL;
}

bool world_is_bad(const struct world *w, const struct sim_box *b)
{
    return w->scenario->bad & 1u << b->generation;
}

void world_drop_calls(struct world *w, const char *box_id)
{
    for (int i = 0; i < MAX_CALLS; i++)
        for (enum role r = 0; r < ROLE__N; r++)
            if (w->calls[i].live && text_is(w->calls[i].box_id[r], box_id)) {
                world_end_call(w, &w->calls[i]);
                w->cut_by_death++;
            }
}

/* A container dies by itself: its calls end with it, and that is nobody's cut. */
static void die(struct world *w, struct sim_box *b, int code)
{
    b->box.state = BOX_EXITED;
    b->box.exit_code = code;
    b->box.finished_ms = w->now_ms;
    world_drop_calls(w, b->box.id);
}

void world_pass_time(struct world *w, int64_t ms)
{
    w->now_ms += ms;
    for (int i = 0; i < MAX_CALLS; i++)
        if (w->calls[i].ends_ms <= w->now_ms)
            world_end_call(w, &w->calls[i]);
}

/* --- what the engine does -------------------------------------------------------------------- */

/* Not always what is asked for: what was good may be put back from memory. */
static int generation_of(const struct world *w, const struct sim_box *b)
{
    const char *prompt = pair_get(b->box.env, b->box.n_env, "PROMPT");

    return prompt && world_changes(w->scenario, b->role) ? atoi(prompt + 1) : w->asked;
}

static void do_create(struct world *w, const struct step *s)
{
    struct arena *a = w->arena;
    struct sim_box *b = &w->boxes[w->n_boxes];

    if (w->n_boxes == MAX_BOXES) {
        world_violate(w, "containers pile up");
        return;
    }
    if (world_named(w, s->new_name))
        world_violate(w, "create: the name is taken");
    b->box = model_box(a, s->wanted, arena_printf(a, "box-%08u", ++w->created),
                       arena_strdup(a, s->new_name), s->attempt, w->now_ms);
    b->role = s->role;
    b->generation = generation_of(w, b);
    b->was_good = b->stranger = b->hidden = false;
    w->n_boxes++;
}

static void do_rename(struct world *w, struct sim_box *b, const struct step *s)
{
    if (world_named(w, s->new_name) || text_is(w->foreign, s->new_name))
        world_violate(w, "rename: the name is taken");
    b->box.name = arena_strdup(w->arena, s->new_name);
}

static void do_connect(struct world *w, struct sim_box *b, const struct step *s)
{
    if (b->box.state != BOX_CREATED)
        world_violate(w, "a container that was started is connected to another network");
    model_connect(w->arena, &b->box, s->wanted, arena_strdup(w->arena, s->network));
}

void world_restart_engine(struct world *w)
{
    outage_begin(&w->outage, w->now_ms);
    for (size_t i = 0; i < w->n_boxes; i++) {
        struct box *b = &w->boxes[i].box;
        if (!box_runs(b))
            continue;
        world_drop_calls(w, b->id);
        b->state = BOX_EXITED;
        b->finished_ms = w->now_ms;
        b->ready_ms = b->quiet_ms = 0;
        if (b->health == HEALTH_GOOD)
            b->health = HEALTH_UNKNOWN;
    }
    w->now_ms += 11000;
    outage_end(&w->outage, w->now_ms);
}

/* The verdict on a box that does not run, or does not answer. */
static void judge(struct world *w, struct sim_box *b, const char *text)
{
    unsigned broken = w->scenario->bad | w->scenario->late_bad;

    b->box.health =
        outage_took(&w->outage, &b->box, b->box.started_ms) ? HEALTH_UNKNOWN : HEALTH_BAD;
    b->box.health_text = b->box.health == HEALTH_BAD ? text : "";
    if (b->box.health == HEALTH_BAD && b->box.state == BOX_EXITED &&
        !(broken & 1u << b->generation))
        world_violate(w, "a good image is condemned");
}

static void do_start(struct world *w, struct sim_box *b)
{
    if (w->scenario->two_networks && b->generation == w->asked && b->generation &&
        b->box.state == BOX_CREATED && b->box.n_networks < 2 && place_is_temporary(b->box.name))
        world_violate(w, "a candidate is started before it is on its networks");
    b->box.state = BOX_RUNNING;
    b->box.started_ms = w->now_ms;
    if (b->box.health == HEALTH_GOOD)
        b->box.health = HEALTH_UNKNOWN;
    if (world_is_bad(w, b) && w->scenario->exits) {
        die(w, b, 1);
        judge(w, b, "it exited at once");
    }
}

/* All that a core dials is there and works. */
static bool is_whole(struct world *w, const struct sim_box *core)
{
    for (enum role r = 0; r < ROLE_CORE; r++)
        if (role_is_used(w, r)) {
            const struct sim_box *b = world_dialled(w, &core->box, r);
            if (!b || world_is_bad(w, b))
                return false;
        }
    return core->box.state == BOX_RUNNING && !world_is_bad(w, core);
}

/* A set with a dead part is swapped back while the old one is still there. */
static void check_old_set(struct world *w, const struct sim_box *old)
{
    const struct sim_box *core = world_named(w, "avr-core-" SIM_AGENT);
    enum place place;

    if (w->scenario->wild || old->role != ROLE_CORE || !core ||
        !place_parse(old->box.name, &place, NULL) || place != PLACE_DRAIN)
        return;
    if (is_whole(w, old) && !is_whole(w, core))
        world_violate(w, "the old set goes although a part of the new one is dead");
}

static void do_stop(struct world *w, struct sim_box *b)
{
    check_old_set(w, b);
    for (int i = 0; i < MAX_CALLS; i++)
        for (enum role r = 0; r < ROLE__N; r++)
            if (w->calls[i].live && text_is(w->calls[i].box_id[r], b->box.id)) {
                w->cut++;
                world_violate(w, "a live call was cut");
            }
    b->box.state = BOX_EXITED;
}

static void do_probe(struct world *w, struct sim_box *b)
{
    if (world_is_bad(w, b) || b->box.state != BOX_RUNNING) {
        judge(w, b, "it never answered");
        return;
    }
    if (b->box.health != HEALTH_GOOD)
        b->box.ready_ms = w->now_ms;
    b->box.asked_ms = w->now_ms;
    b->box.health = HEALTH_GOOD;
    b->was_good = true;
}

static void do_wait(struct world *w, struct sim_box *b, const struct step *s)
{
    int64_t left = s->until_ms ? s->until_ms - w->now_ms : POLL_MS;

    world_pass_time(w, left < POLL_MS ? left : POLL_MS);
    if (s->gate == GATE_CANARY)
        world_call(w, 3000);
    if (s->gate == GATE_DRAIN && b && !b->box.waiting_ms)
        b->box.waiting_ms = w->now_ms;
    if (s->gate != GATE_SOAK || !b)
        return;
    b->box.asked_ms = w->now_ms;
    bool late = w->scenario->late_bad & 1u << b->generation;
    if (w->scenario->late_llm)
        late = late && b->role == ROLE_LLM && (!w->scenario->late_own || s->role == ROLE_LLM);
    if (late && b->box.state == BOX_RUNNING)
        die(w, b, 1);
    if (b->box.state != BOX_RUNNING)
        judge(w, b, "it died");
}

/* The controller asks a container something, and meets one that ended with the engine. */
static bool notices_the_engine(const struct step *s)
{
    return s->kind == STEP_START || s->kind == STEP_PROBE ||
           (s->kind == STEP_WAIT && s->gate == GATE_SOAK);
}

static void do_remove(struct world *w, struct sim_box *b)
{
    size_t i = (size_t)(b - w->boxes);

    if (box_runs(&b->box))
        world_violate(w, "a running container was removed");
    memmove(&w->boxes[i], &w->boxes[i + 1], (w->n_boxes - i - 1) * sizeof *b);
    w->n_boxes--;
}

static void execute(struct world *w, const struct step *s)
{
    struct sim_box *b = s->box_id ? world_find(w, s->box_id) : NULL;

    if (s->kind != STEP_CREATE && !b) {
        world_violate(w, "a step names a container that is not there");
        return;
    }
    if (b && (b->stranger || b->hidden)) {
        world_violate(w, "a step names a container that is not ours");
        return;
    }
    bool dies = w->engine_dies && notices_the_engine(s);
    if (dies && s->kind != STEP_START)
        world_restart_engine(w);
    switch (s->kind) {
    case STEP_CREATE:
        do_create(w, s);
        break;
    case STEP_CONNECT:
        do_connect(w, b, s);
        break;
    case STEP_START:
        do_start(w, b);
        break;
    case STEP_PROBE:
        do_probe(w, b);
        break;
    case STEP_WAIT:
        do_wait(w, b, s);
        break;
    case STEP_RENAME:
        do_rename(w, b, s);
        break;
    case STEP_STOP:
        do_stop(w, b);
        break;
    case STEP_REMOVE:
        do_remove(w, b);
        break;
    default:
        world_violate(w, "an unexpected step");
    }
    if (dies && s->kind == STEP_START) {
        world_restart_engine(w);
        judge(w, b, "it exited at once");
    }
    world_pass_time(w, STEP_MS);
}

/* --- invariants ------------------------------------------------------------------------------ */

static bool is_of_role(const struct sim_box *b, enum role r)
{
    return b->role == r && !b->stranger;
}

static void check_service(struct world *w)
{
    for (enum role r = 0; r < ROLE__N; r++) {
        bool has_name = false;
        unsigned able = 0;

        if (!role_is_used(w, r))
            continue;
        for (size_t i = 0; i < w->n_boxes; i++) {
            const struct sim_box *b = &w->boxes[i];
            if (!is_of_role(b, r))
                continue;
            has_name |= !place_is_temporary(b->box.name);
            able += b->box.state == BOX_RUNNING && !world_is_bad(w, b);
        }
        if (!has_name)
            w->gaps++;
        if (!able && !w->scenario->stop_first)
            world_violate(w, "no container of a role is able to serve");
    }
}

/* Who answers for a role: whom core dials, or whoever has the name while there is no core. */
static unsigned served_roles(struct world *w)
{
    struct sim_box *core = resolve_host(w, "avr-core-" SIM_AGENT);
    unsigned served = 0;

    for (enum role r = 0; r < ROLE__N; r++) {
        char name[96];
        snprintf(name, sizeof name, "avr-%s-" SIM_AGENT, role_name[r]);
        bool by_core =
            core && avr_url_name(r) && pair_get(core->box.env, core->box.n_env, avr_url_name(r));
        struct sim_box *b = by_core ? world_dialled(w, &core->box, r) : resolve_host(w, name);
        if (role_is_used(w, r) && b && !world_is_bad(w, b))
            served |= 1u << r;
    }
    return served;
}

static const char *core_id(struct world *w)
{
    const struct sim_box *core = resolve_host(w, "avr-core-" SIM_AGENT);
    return core ? core->box.id : NULL;
}

/* The roles that were served and are not any more may only lack their name for one step.  Another
 * core dials other addresses: whether they lead anywhere is no doing of the step that moved it.  A
 * core that reached only dead containers (not `whole`) served nobody. */
static void check_wild(struct world *w, unsigned served, const char *core, bool whole,
                       const struct step *s)
{
    unsigned now = served_roles(w), by_name = text_is(core, core_id(w)) ? ~0u : 1u << ROLE_CORE;
    unsigned lost = served & ~now & by_name & (whole ? ~0u : ~(1u << ROLE_CORE));

    if (w->scenario->stop_first || w->scenario->stopped & 1u << w->asked)
        return;
    if (w->unserved & ~now & by_name)
        world_violate(w, "a name stayed free longer than two renames");
    w->unserved = s->kind == STEP_RENAME ? lost : 0;
    if (lost && s->kind != STEP_RENAME && s->kind != STEP_WAIT)
        world_violate(w, "a step took away what served");
}

/* One name, two containers: the network would send the turns of one call to either. */
static void check_names(struct world *w)
{
    for (size_t i = 0; i < w->n_boxes; i++) {
        const struct sim_box *core = &w->boxes[i];
        if (core->box.state != BOX_RUNNING || !is_of_role(core, ROLE_CORE))
            continue;
        for (enum role r = 0; r < ROLE_CORE; r++) {
            const char *text = pair_get(core->box.env, core->box.n_env, avr_url_name(r));
            struct avr_url url;
            unsigned n = 0;
            for (size_t k = 0; text && avr_url_parse(w->arena, text, &url) && k < w->n_boxes; k++)
                n += answers_to(&w->boxes[k].box, url.host);
            if (n > 1)
                world_violate(w, "core's address of a role leads to two containers");
        }
    }
}

/* A call keeps the very containers it began with: in a pipeline core resolves them at each turn. */
static void check_calls(struct world *w)
{
    for (int i = 0; i < MAX_CALLS; i++) {
        const struct sim_call *c = &w->calls[i];
        struct sim_box *core = c->live ? world_find(w, c->box_id[ROLE_CORE]) : NULL;
        for (enum role r = ROLE_ASR; core && r < ROLE_CORE; r++) {
            if (!c->box_id[r])
                continue;
            struct sim_box *now = world_dialled(w, &core->box, r);
            if (!now || !text_is(now->box.id, c->box_id[r]))
                world_violate(w, "a call sees another container than it began with");
        }
    }
}

static bool names_free(struct world *w)
{
    unsigned before = w->gaps;

    check_service(w);
    bool free = w->gaps > before;
    w->gaps = before;
    return free;
}

static void print_step(const struct world *w, const struct step *s)
{
    printf("  %6lld  %-7s %-4s %-24s -> %-44s %s\n", (long long)(w->now_ms - START_MS),
           step_text[s->kind], role_name[s->role], s->box_name ? s->box_name : "",
           s->new_name ? s->new_name : "", s->why ? s->why : "");
}

bool world_step(struct world *w, struct step *ret)
{
    static const struct plan_options options = {0};
    struct arena *scratch CLEANUP_ARENA = arena_new();
    const struct desired *d = &w->desired[w->asked];
    bool wild = w->scenario->wild, was_free = !wild && names_free(w);
    unsigned served = wild ? served_roles(w) : 0;
    const char *core = wild ? core_id(w) : NULL;
    bool whole = core && is_whole(w, resolve_host(w, "avr-core-" SIM_AGENT));
    struct observed o = world_observe(w, scratch);
    int64_t outage_ms = w->outage.from_ms;

    *ret = agent_next(scratch, d, &d->agents[0], &o, &w->key, &options);
    if (ret->kind == STEP_CREATE ||
        ret->kind == STEP_CONNECT) /* what it holds becomes part of the world */
        *ret = agent_next(w->arena, d, &d->agents[0], &o, &w->key, &options);
    if (w->trace)
        print_step(w, ret);
    if (ret->kind == STEP_NOTHING || ret->kind == STEP_HOLD) {
        ret->why = arena_strdup(w->arena, ret->why);
        return false;
    }
    execute(w, ret);
    w->steps++;
    if (w->outage.from_ms != outage_ms) { /* no doing of ours */
        w->engine_dies = false;
        w->unserved = 0;
        return !w->violation;
    }
    if (wild)
        check_wild(w, served, core, whole, ret);
    else
        check_service(w);
    check_calls(w);
    if (ret->kind == STEP_START || ret->kind == STEP_RENAME)
        check_names(w);
    if (was_free && !wild && names_free(w))
        world_violate(w, "a name stayed free longer than two renames");
    if (w->steps > 4000)
        world_violate(w, "it does not come to rest");
    return !w->violation;
}

void world_crash(struct world *w)
{
    for (size_t i = 0; i < w->n_boxes; i++) {
        struct box *b = &w->boxes[i].box;
        b->health = HEALTH_UNKNOWN;
        b->health_text = "";
        b->ready_ms = b->asked_ms = b->quiet_ms = b->waiting_ms = 0;
    }
    for (int i = 0; i < MAX_CALLS; i++)
        w->calls[i].heard = false;
    w->n_trials = 0;
    w->asks = false;
    w->now_ms += 300;
    w->listens_ms = w->now_ms;
}

/* Generation 0, as AVR makes it: by the planner's own steps, which the tests of adoption compare
 * with what AVR's backend really creates. */
void world_adopt(struct world *w)
{
    struct step s;
    unsigned bad = w->scenario->bad;

    w->asked = 0;
    if (bad & 1)
        world_violate(w, "generation 0 must be good");
    for (int i = 0; i < 100; i++) {
        static const struct plan_options options = {0};
        struct observed o = world_observe(w, w->arena);
        s = agent_next(w->arena, &w->desired[0], &w->desired[0].agents[0], &o, &w->key, &options);
        if (s.kind == STEP_NOTHING)
            break;
        execute(w, &s);
    }
    world_crash(w);
    world_pass_time(w, 3600000);
    w->gaps = w->steps = 0;
}

const char *world_check_dials(struct world *w)
{
    struct sim_box *core = resolve_host(w, "avr-core-" SIM_AGENT);

    for (enum role r = 0; core && !world_is_bad(w, core) && r < ROLE_CORE; r++) {
        char name[96];
        snprintf(name, sizeof name, "avr-%s-" SIM_AGENT, role_name[r]);
        struct sim_box *live = resolve_host(w, name), *now = world_dialled(w, &core->box, r);
        if (role_is_used(w, r) && live && !world_is_bad(w, live) && (!now || world_is_bad(w, now)))
            return "core dials nobody although a good container has the name";
    }
    return NULL;
}

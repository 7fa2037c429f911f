#include "core/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/avr.h"
#include "core/failure.h"
#include "core/fall_back.h"
#include "core/rollback.h"

int box_attempt(const struct box *b)
{
    const char *text = pair_get(b->labels, b->n_labels, LABEL_ATTEMPT);
    int n = text ? atoi(text) : 1;

    return n < 1 ? 1 : n > BOX_MOST_ATTEMPTS ? BOX_MOST_ATTEMPTS : n;
}

int64_t box_kept_until_ms(const struct box *failed)
{
    return box_since_ms(failed) + 3600000;
}

/* Up to a fifth of it, told by when it failed: agents that failed together are not tried together
 * for ever, and whoever computes it, and when, gets the same. */
static int64_t jitter_ms(int64_t failed_ms, int64_t ms)
{
    uint64_t mixed = (uint64_t)failed_ms * 0x9e3779b97f4a7c15;

    return ms / 5 * (int64_t)(mixed >> 54) / 1024;
}

int64_t backoff_ms(int attempt, int64_t failed_ms)
{
    const int64_t first = 30000, longest = 3600000;
    int64_t ms = first;

    for (int i = 1; i < attempt && ms < longest; i++)
        ms *= 2;
    ms = ms < longest ? ms : longest;
    return ms - jitter_ms(failed_ms, ms);
}

static struct drifts drifts_of(struct agent_view *v, const struct wanted *w, const struct box *b)
{
    return drift_find(v->arena, w, b, observed_image(v->observed, b->image_id));
}

bool view_fits(struct agent_view *v, const struct wanted *w, const struct box *b)
{
    if (!b || !w->spec || w->problem)
        return false;
    struct drifts d = drifts_of(v, w, b);
    return !drifts_have(&d, EFFECT_REPLACE);
}

bool view_failed_with(struct agent_view *v, const struct wanted *w, enum role r)
{
    const struct box *failed = v->role[r].slot.failed;

    if (!failed || !w->spec || w->problem)
        return false;
    struct drifts d = drifts_of(v, w, failed);
    for (size_t i = 0; i < d.n; i++)
        if (d.items[i].effect == EFFECT_REPLACE && !text_is(d.items[i].field, DRIFT_ALIAS))
            return false;
    return true;
}

/* The address a core was given for a role; NULL: none. */
static bool dialled_url(struct arena *a, const struct box *core, enum role role,
                        struct avr_url *ret)
{
    const char *wrong = avr_url_name_wrong(role);
    const char *url = pair_get(core->env, core->n_env, avr_url_name(role));

    if (!url && wrong)
        url = pair_get(core->env, core->n_env, wrong);
    return url && avr_url_parse(a, url, ret);
}

static bool answers_to(const struct box *b, const char *host)
{
    return strcmp(host, b->name) == 0 || box_has_alias(b, host);
}

static bool dials(const struct agent_view *v, const struct box *core, enum role role,
                  const struct box *b, bool by_name_only)
{
    struct avr_url url;

    if (!core || !box_runs(core) || !dialled_url(v->arena, core, role, &url))
        return false;
    return by_name_only ? strcmp(url.host, b->name) == 0 : answers_to(b, url.host);
}

const struct box *view_dialled_box(const struct agent_view *v, const struct box *core,
                                   enum role role)
{
    const struct slot *s = &v->role[role].slot;
    const struct box *const fixed[] = {s->live, s->next, s->failed}, *found = NULL;
    struct avr_url url;

    if (!dialled_url(v->arena, core, role, &url))
        return NULL;
    for (size_t i = 0; i < 3 + s->n_drains; i++) {
        const struct box *b = i < 3 ? fixed[i] : s->drains[i - 3];
        if (b && answers_to(b, url.host) && (!found || (box_runs(b) && !box_runs(found))))
            found = b;
    }
    return found;
}

/* Of two that answer to one alias core needs the live one alone. */
static bool needs(const struct agent_view *v, const struct box *core, enum role role,
                  const struct box *b, bool by_name_only)
{
    const struct box *live = v->role[role].slot.live;

    if (!dials(v, core, role, b, by_name_only))
        return false;
    return !live || live == b || !box_runs(live) || !dials(v, core, role, live, false);
}

static bool is_dialled(const struct agent_view *v, enum role role, const struct box *b,
                       bool by_name_only)
{
    const struct slot *core = &v->role[ROLE_CORE].slot;

    if (role == ROLE_CORE)
        return false;
    if (needs(v, core->live, role, b, by_name_only))
        return true;
    for (size_t i = 0; i < core->n_drains; i++)
        if (needs(v, core->drains[i], role, b, by_name_only))
            return true;
    return false;
}

bool view_dials_a_dead_alias(const struct agent_view *v, const struct box *core, enum role role)
{
    struct avr_url url;

    return dialled_url(v->arena, core, role, &url) && text_starts(url.host, "avrd-") &&
           !view_dialled_box(v, core, role);
}

bool view_was_to_dial(const struct agent_view *v, const struct box *core, enum role role,
                      const struct box *b)
{
    struct avr_url url;

    return dialled_url(v->arena, core, role, &url) && answers_to(b, url.host);
}

bool view_is_dialled(const struct agent_view *v, enum role role, const struct box *b)
{
    return is_dialled(v, role, b, false);
}

bool view_is_dialled_by_name(const struct agent_view *v, enum role role, const struct box *b)
{
    return is_dialled(v, role, b, true);
}

/* Where calls meet a candidate first, each try is paid for by callers: then the longest is enough.
 */
static int tries_of(const struct agent_view *v, const struct box *failed)
{
    return v->agent->canary.calls ? BOX_MOST_ATTEMPTS : box_attempt(failed);
}

void view_hold_back(struct agent_view *v, enum role r, const char *what)
{
    struct role_view *rv = &v->role[r];
    const struct box *failed = rv->slot.failed;
    int64_t now = v->observed->now_ms, since = box_since_ms(failed);
    int64_t again_ms = since + backoff_ms(tries_of(v, failed), since);

    if (now >= again_ms && !(box_runs(failed) && view_is_dialled(v, r, failed)))
        return;
    const char *when = now >= again_ms
                           ? "when core dials it no more"
                           : arena_printf(v->arena, "in %s",
                                          text_duration(v->arena, (again_ms - now + 999) / 1000));
    const char *why = failure_text(v->arena, failed, &rv->wanted.spec->probe);
    rv->held = true;
    rv->held_until_ms = now < again_ms ? again_ms : 0;
    rv->held_why = arena_printf(v->arena, "%s failed %s ago%s%s (kept as %s); next try %s", what,
                                text_duration(v->arena, (now - since) / 1000), why ? ": it " : "",
                                why ? why : "", failed->name, when);
}

static void find_held(struct agent_view *v, enum role r)
{
    struct role_view *rv = &v->role[r];

    if (view_failed_with(v, &rv->wanted, r))
        view_hold_back(v, r, "the same image and settings");
}

int view_attempt(struct agent_view *v, enum role r)
{
    struct role_view *rv = &v->role[r];
    const struct box *failed = rv->slot.failed;

    if (!failed)
        return 1;
    if (rv->falls_back) /* within the same try of what is wanted */
        return box_attempt(failed);
    bool again = view_failed_with(v, &rv->wanted, r) ||
                 (rv->has_last_good && view_failed_with(v, &rv->last_good, r));
    return again ? box_attempt(failed) + 1 : 1;
}

static void look_at(struct agent_view *v, enum role r)
{
    struct role_view *rv = &v->role[r];
    const struct box *live = rv->slot.live;

    if (!rv->wanted.spec)
        return;
    rv->drifts = (struct drifts){0};
    if (live && !rv->wanted.problem) {
        const struct image *image = observed_image(v->observed, live->image_id);
        rv->drifts = drift_find(v->arena, &rv->wanted, live, image);
    }
    rv->differs = drifts_have(&rv->drifts, EFFECT_REPLACE);
    rv->next_fits = view_fits(v, &rv->wanted, rv->slot.next);
    find_held(v, r);
}

/* The new generation of a provider cannot be had: core dials the one that serves, as it does now
 * if that leads there, else (the new one was swapped back, or there is no core) by its name. */
static void keep_core_url(struct agent_view *v, enum role role)
{
    struct role_view *core = &v->role[ROLE_CORE];
    const struct box *now = slot_carried(&core->slot), *live = v->role[role].slot.live;
    struct avr_url url;

    if (!core->wanted.spec)
        return;
    bool known = now && dialled_url(v->arena, now, role, &url);
    if (!known && !live)
        return;
    if (live && (!known || (strcmp(url.host, live->name) != 0 && !box_has_alias(live, url.host)))) {
        const char *port = pair_get(live->env, live->n_env, "PORT");
        url.host = live->name;
        url.port = port ? port : v->role[role].wanted.port;
    }
    struct env_var *env =
        arena_memdup(v->arena, core->wanted.env.items, core->wanted.env.n * sizeof *env);
    for (size_t i = 0; i < core->wanted.env.n; i++)
        if (strcmp(env[i].name, avr_url_name(role)) == 0)
            env[i].value = avr_url(v->arena, role, url.host, url.port);
    core->wanted.env.items = env;
}

/* A set moves together or not at all: a held provider keeps core on the old one, a held core keeps
 * the providers that only it would dial. */
static void settle_sets(struct agent_view *v)
{
    struct role_view *core = &v->role[ROLE_CORE];

    for (enum role r = 0; r < ROLE_CORE; r++)
        if (v->role[r].wanted.as_set && (v->role[r].held || v->role[r].wanted.problem))
            keep_core_url(v, r);
    look_at(v, ROLE_CORE);
    if (!core->held && !core->wanted.problem)
        return;
    for (enum role r = 0; r < ROLE_CORE; r++) {
        struct role_view *rv = &v->role[r];
        if (!rv->wanted.as_set || rv->held || !rv->differs)
            continue;
        rv->held = true;
        rv->held_until_ms = core->held_until_ms;
        rv->held_why = core->held ? core->held_why : core->wanted.problem;
    }
}

static void note_earlier(int64_t *at_ms, int64_t other_ms, int64_t now_ms)
{
    if (other_ms > now_ms && (!*at_ms || other_ms < *at_ms))
        *at_ms = other_ms;
}

int64_t view_again_ms(const struct agent_view *v)
{
    int64_t now = v->observed->now_ms, at = 0;

    for (enum role r = 0; r < ROLE__N; r++) {
        const struct role_view *rv = &v->role[r];
        note_earlier(&at, rv->held_until_ms, now);
        if (rv->slot.failed)
            note_earlier(&at, box_kept_until_ms(rv->slot.failed), now);
    }
    return at;
}

/* What is wanted is there or is not, may be tried or may not. */
static void compare(struct agent_view *v, const struct wanted wanted[ROLE__N])
{
    for (enum role r = 0; r < ROLE__N; r++) {
        struct role_view *rv = &v->role[r];
        rv->wanted = wanted[r];
        rv->held = false;
        rv->held_until_ms = 0;
    }
    for (enum role r = 0; r < ROLE_CORE; r++) /* core's slot tells whom it dials */
        look_at(v, r);
    settle_sets(v);
}

/* What was last good takes the place of what failed. */
static void fall_back(struct agent_view *v, const struct digest_key *key)
{
    struct wanted wanted[ROLE__N];
    unsigned roles = fall_back_roles(v, key);

    for (enum role r = 0; r < ROLE__N; r++) {
        struct role_view *rv = &v->role[r];
        rv->live_is_new = rv->slot.live && rv->has_last_good && !rv->differs &&
                          !view_fits(v, &rv->last_good, rv->slot.live);
        rv->falls_back = roles & ROLE_BIT(r);
    }
    if (!roles)
        return;
    resolve_last_good(v->arena, v->desired, v->agent, v->observed, key, roles, wanted);
    compare(v, wanted);
}

void view_make(struct arena *a, const struct desired *d, const struct agent *agent,
               const struct observed *o, const struct digest_key *key,
               const struct plan_options *options, struct agent_view *ret)
{
    struct wanted wanted[ROLE__N];
    struct slot slots[ROLE__N];

    *ret = (struct agent_view){
        .arena = a, .desired = d, .agent = agent, .observed = o, .options = options};
    memset(wanted, 0, sizeof wanted);
    ret->goes_back = agent->rollback && rollback_holds(key, agent);
    if (!agent->problem)
        resolve_agent(a, d, agent, o, key, wanted);
    slots_find(a, d, agent, o, slots);
    for (enum role r = 0; r < ROLE__N; r++)
        ret->role[r].slot = slots[r];
    compare(ret, wanted);
    fall_back(ret, key);
}

bool view_failure_has_alias(const struct agent_view *v, enum role r)
{
    const struct role_view *rv = &v->role[r];
    const struct box *failed = rv->slot.failed;

    return failed && rv->wanted.alias && box_runs(failed) &&
           box_has_alias(failed, rv->wanted.alias);
}

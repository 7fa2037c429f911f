#include "core/fall_back.h"

#include "base/text.h"
#include "core/rollback.h"

/* --- what was good --------------------------------------------------------------------------- */

static unsigned remembered_roles(const struct agent_view *v)
{
    unsigned roles = 0;

    for (enum role r = 0; r < ROLE__N; r++) {
        const struct wanted *now = &v->role[r].wanted;
        if (now->spec && !now->problem && last_good_role(v->observed, v->agent, r))
            roles |= ROLE_BIT(r);
    }
    return roles;
}

static void resolve_then(const struct agent_view *v, const struct digest_key *key, unsigned roles,
                         struct wanted ret[ROLE__N])
{
    resolve_last_good(v->arena, v->desired, v->agent, v->observed, key, roles, ret);
}

/* Core goes back to its own image and settings, and dials whom it is to dial now. */
static unsigned remember(struct agent_view *v, const struct digest_key *key)
{
    struct wanted then[ROLE__N], core[ROLE__N];
    unsigned roles = v->observed->last_good.n ? remembered_roles(v) : 0;

    if (roles)
        resolve_then(v, key, roles, then);
    if (roles & ROLE_BIT(ROLE_CORE)) {
        resolve_then(v, key, ROLE_BIT(ROLE_CORE), core);
        then[ROLE_CORE] = core[ROLE_CORE];
    }
    for (enum role r = 0; r < ROLE__N; r++)
        if (roles & ROLE_BIT(r)) {
            v->role[r].has_last_good = true;
            v->role[r].last_good = then[r];
        }
    return roles;
}

/* --- who goes back --------------------------------------------------------------------------- */

/* Nobody serves this role, and what is wanted failed.  If what was good failed as well, both are
 * left alone. */
static bool is_needed(struct agent_view *v, enum role r)
{
    struct role_view *rv = &v->role[r];
    const struct slot *slot = &rv->slot;

    if (!rv->has_last_good || slot->live || slot->n_drains)
        return false;
    bool failed_too = view_failed_with(v, &rv->last_good, r);
    bool begun = !rv->next_fits && view_fits(v, &rv->last_good, slot->next);
    if (failed_too && !rv->held)
        view_hold_back(v, r, "the previous image and settings, too,");
    return begun || (rv->held && !failed_too);
}

/* In the gap of its own swap the one that was just replaced. */
static const struct box *serving_core(const struct agent_view *v)
{
    const struct slot *core = &v->role[ROLE_CORE].slot;

    return core->live ? core->live : core->n_drains ? core->drains[0] : NULL;
}

/* What failed was dialled by the core that serves, and what was good has taken its place. */
static bool was_put_back(struct agent_view *v, enum role r)
{
    struct role_view *rv = &v->role[r];
    const struct box *core = serving_core(v);

    return r != ROLE_CORE && rv->held && rv->has_last_good && rv->slot.live && core &&
           rv->slot.failed && rv->differs && view_fits(v, &rv->last_good, rv->slot.live) &&
           view_was_to_dial(v, core, r, rv->slot.failed);
}

static bool all_are_back(struct agent_view *v, const struct digest_key *key, unsigned roles)
{
    struct wanted then[ROLE__N];

    resolve_then(v, key, roles, then);
    for (enum role r = 0; r < ROLE__N; r++)
        if (then[r].spec && !view_fits(v, &then[r], v->role[r].slot.live))
            return false;
    return true;
}

/* A set is tried again as it went: together. */
static void hold_the_rest(struct agent_view *v, enum role back)
{
    for (enum role r = 0; r < ROLE__N; r++) {
        struct role_view *rv = &v->role[r];
        if (!rv->wanted.spec || rv->held || !rv->differs)
            continue;
        rv->held = true;
        rv->held_until_ms = v->role[back].held_until_ms;
        rv->held_why = v->role[back].held_why;
    }
}

static bool is_whole(const struct agent_view *v, unsigned roles)
{
    for (enum role r = 0; r < ROLE__N; r++)
        if (v->role[r].wanted.spec && !(roles & ROLE_BIT(r)))
            return false;
    return true;
}

unsigned fall_back_roles(struct agent_view *v, const struct digest_key *key)
{
    unsigned good = remember(v, key), needed = 0;
    bool set = v->agent->pipeline && is_whole(v, good);

    for (enum role r = 0; r < ROLE__N; r++)
        if (is_needed(v, r))
            needed |= ROLE_BIT(r);
    if (set && needed & ~ROLE_BIT(ROLE_CORE))
        return good;
    for (enum role r = 0; set && r < ROLE_CORE; r++) {
        if (!was_put_back(v, r))
            continue;
        if (!all_are_back(v, key, good))
            return good;
        hold_the_rest(v, r);
    }
    return needed;
}

/* --- on trial -------------------------------------------------------------------------------- */

bool is_on_trial(const struct agent_view *v, enum role r)
{
    const struct role_view *rv = &v->role[r];
    const struct box *live = rv->slot.live;

    return live && live->state == BOX_RUNNING && !rv->slot.n_drains && rv->live_is_new &&
           v->observed->now_ms < live->started_ms + v->agent->monitor_s * 1000;
}

enum role trial_least_asked(const struct agent_view *v)
{
    enum role least = ROLE__N;

    for (enum role r = 0; r < ROLE__N; r++) {
        if (!is_on_trial(v, r))
            continue;
        const struct box *b = v->role[r].slot.live;
        if (b->health == HEALTH_UNKNOWN)
            return r;
        if (least == ROLE__N || b->asked_ms < v->role[least].slot.live->asked_ms)
            least = r;
    }
    return least;
}

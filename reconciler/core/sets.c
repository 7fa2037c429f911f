#include "core/sets.h"

/* The provider that came with a new core: the one before dials another, which is still there. */
static const struct box *part_of_set(const struct agent_view *v, enum role r)
{
    const struct slot *core = &v->role[ROLE_CORE].slot;

    if (!core->live || !core->n_drains || !v->role[r].wanted.spec)
        return NULL;
    const struct box *now = view_dialled_box(v, core->live, r);
    const struct box *before = view_dialled_box(v, core->drains[0], r);
    return now && before && now != before ? now : NULL;
}

/* One that somebody has paused is somebody's business. */
static bool part_is_bad(const struct box *b)
{
    enum place place;
    bool failed = place_parse(b->name, &place, NULL) && place == PLACE_FAILED;

    if (b->state == BOX_PAUSED)
        return false;
    return b->health == HEALTH_BAD || b->state == BOX_RESTARTING || (failed && !box_runs(b));
}

static const char *ill_text(const struct box *b)
{
    if (!b)
        return "it is gone";
    return *b->health_text ? b->health_text : "it does not stay up";
}

const char *set_broken(const struct agent_view *v)
{
    const struct slot *core = &v->role[ROLE_CORE].slot;

    for (enum role r = 0; r < ROLE_CORE && core->n_drains && box_runs(core->drains[0]); r++) {
        const struct box *before = view_dialled_box(v, core->drains[0], r);
        const struct box *now = view_dialled_box(v, core->live, r);
        if (!before || before == now || before->state != BOX_RUNNING ||
            before->health == HEALTH_BAD)
            continue;
        if (now ? part_is_bad(now) : view_dials_a_dead_alias(v, core->live, r))
            return arena_printf(v->arena, "its %s does not work: %s", role_name[r], ill_text(now));
    }
    return NULL;
}

enum role set_least_asked(const struct agent_view *v, const struct box **ret)
{
    const struct box *asked = v->role[ROLE_CORE].slot.live;
    enum role role = ROLE_CORE;

    for (enum role r = 0; r < ROLE_CORE; r++) {
        const struct box *b = part_of_set(v, r);
        if (!b || b->state != BOX_RUNNING)
            continue;
        if (b->health == HEALTH_UNKNOWN || b->asked_ms < asked->asked_ms) {
            asked = b;
            role = r;
        }
        if (b->health == HEALTH_UNKNOWN)
            break;
    }
    *ret = asked;
    return role;
}

bool set_is_ready(const struct agent_view *v)
{
    for (enum role r = 0; r < ROLE_CORE; r++) {
        const struct role_view *rv = &v->role[r];
        if (!rv->wanted.spec)
            continue;
        if (!rv->slot.live)
            return false;
        if (rv->wanted.as_set && rv->differs && !rv->held &&
            !(rv->next_fits && rv->slot.next->health == HEALTH_GOOD))
            return false;
    }
    return true;
}

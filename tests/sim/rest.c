/* What must be true of a world that has come to rest. */
#include "world.h"

static const char *check_role(struct world *w, enum role r, const struct step *last)
{
    bool asked_is_good = !((w->scenario->bad | w->scenario->late_bad) & 1u << w->asked);
    unsigned n = 0, failed = 0;

    for (size_t i = 0; i < w->n_boxes; i++) {
        const struct sim_box *b = &w->boxes[i];
        enum place place;
        if (b->role != r || b->stranger)
            continue;
        if (place_parse(b->box.name, &place, NULL)) {
            if (place != PLACE_FAILED)
                return "a candidate or a replaced container is left over";
            if (box_runs(&b->box))
                return "a failed candidate still runs";
            failed++;
            continue;
        }
        n++;
        if (b->box.state != BOX_RUNNING || world_is_bad(w, b))
            return "what serves is not able to";
        if (asked_is_good && world_changes(w->scenario, r) && b->generation != w->asked &&
            w->asked != 0)
            return "what serves is not what was asked for";
    }
    if (failed > 1)
        return "more than one failure is kept";
    if (n != 1)
        return "not exactly one container holds the name";
    if (asked_is_good && last->kind != STEP_NOTHING)
        return "it holds although all is well";
    return NULL;
}

void world_check_rest(struct world *w, const struct step *last)
{
    struct step again;

    for (enum role r = 0; r < ROLE__N && !w->violation; r++) {
        const char *what = world_uses(w->scenario, w->asked, r) ? check_role(w, r, last) : NULL;
        if (what)
            world_violate(w, what);
    }
    if (!w->violation && world_check_dials(w))
        world_violate(w, world_check_dials(w));
    if (!w->violation && (world_step(w, &again) || again.kind != last->kind))
        world_violate(w, "a second cycle is not empty");
}

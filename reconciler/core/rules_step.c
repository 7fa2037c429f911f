/* Steps, as the rules name them. */
#include "core/rules_parts.h"

#include "base/text.h"

struct step step_make(enum step_kind kind, enum role role, const char *why)
{
    return (struct step){.kind = kind, .role = role, .why = why};
}

struct step step_rest(enum role role)
{
    return step_make(STEP_NOTHING, role, NULL);
}

struct step step_hold(enum role role, enum hold reason, const char *why)
{
    struct step s = step_make(STEP_HOLD, role, why);
    s.hold = reason;
    return s;
}

struct step step_on_box(enum step_kind kind, enum role role, const struct box *b, const char *why)
{
    struct step s = step_make(kind, role, why);
    s.box_id = b->id;
    s.box_name = b->name;
    return s;
}

struct step step_rename_to(struct agent_view *v, enum role r, const struct box *b, enum place place,
                           const char *why)
{
    struct step s = step_on_box(STEP_RENAME, r, b, why);
    s.new_name = place == PLACE_LIVE ? v->role[r].slot.name
                                     : place_name(v->arena, place, v->observed->now_ms);
    return s;
}

struct step step_wait_until(enum role role, const struct box *b, enum gate gate, int64_t until_ms,
                            const char *why)
{
    struct step s = step_on_box(STEP_WAIT, role, b, why);
    s.gate = gate;
    s.until_ms = until_ms;
    return s;
}

struct step step_with_wanted(struct step s, const struct role_view *rv)
{
    s.wanted = &rv->wanted;
    return s;
}

bool step_acts(const struct step *s)
{
    return s->kind != STEP_NOTHING;
}

bool step_yields(const struct step *s)
{
    return s->kind == STEP_HOLD || step_waits_for_calls(s);
}

struct step step_first_of(const struct step *a, const struct step *b)
{
    if (!step_acts(a) || (a->kind == STEP_HOLD && b->kind == STEP_WAIT))
        return *b;
    return *a;
}

struct step step_start(struct agent_view *v, enum role r, const struct box *b, const char *why)
{
    const struct role_view *rv = &v->role[r];
    struct step s = step_with_wanted(step_on_box(STEP_START, r, b, why), rv);

    bool is_wanted = b == rv->slot.next ? rv->next_fits : b == rv->slot.live && !rv->differs;
    if (is_wanted && !rv->wanted.problem)
        s.network = network_to_connect(v->arena, &rv->wanted, b);
    if (s.network)
        s.kind = STEP_CONNECT;
    return s;
}

/* rules_steps.h - how the rule table (core/rules.c) puts its steps together. */
#ifndef CORE_RULES_STEPS_H
#define CORE_RULES_STEPS_H

#include "core/view.h"

static inline struct step step_make(enum step_kind kind, enum role role, const char *why)
{
    return (struct step){.kind = kind, .role = role, .why = why};
}

static inline struct step rest(enum role role)
{
    return step_make(STEP_NOTHING, role, NULL);
}

static inline struct step hold(enum role role, enum hold reason, const char *why)
{
    struct step s = step_make(STEP_HOLD, role, why);
    s.hold = reason;
    return s;
}

static inline struct step hold_failed(enum role role, const struct role_view *rv)
{
    struct step s = hold(role, HOLD_FAILED, rv->held_why);
    s.until_ms = rv->held_until_ms;
    return s;
}

static inline struct step on_box(enum step_kind kind, enum role role, const struct box *b,
                                 const char *why)
{
    struct step s = step_make(kind, role, why);
    s.box_id = b->id;
    s.box_name = b->name;
    return s;
}

static inline struct step rename_to(struct agent_view *v, enum role r, const struct box *b,
                                    enum place place, const char *why)
{
    struct step s = on_box(STEP_RENAME, r, b, why);
    s.new_name = place == PLACE_LIVE ? v->role[r].slot.name
                                     : place_name(v->arena, place, v->observed->now_ms);
    return s;
}

static inline struct step wait_until(enum role role, const struct box *b, enum gate gate,
                                     int64_t until_ms, const char *why)
{
    struct step s = on_box(STEP_WAIT, role, b, why);
    s.gate = gate;
    s.until_ms = until_ms;
    return s;
}

static inline struct step with_wanted(struct step s, const struct role_view *rv)
{
    s.wanted = &rv->wanted;
    return s;
}

static inline bool acts(const struct step *s)
{
    return s->kind != STEP_NOTHING;
}

/* A step that only waits for calls, or for people: others of the agent may go on meanwhile. */
static inline bool yields(const struct step *s)
{
    return s->kind == STEP_HOLD || step_waits_for_calls(s);
}

/* Of two steps that yield: what ends by itself is waited for before what only a person can end. */
static inline struct step first_of(const struct step *a, const struct step *b)
{
    if (!acts(a) || (a->kind == STEP_HOLD && b->kind == STEP_WAIT))
        return *b;
    return *a;
}

#endif

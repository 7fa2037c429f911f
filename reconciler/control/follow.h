/* follow.h - what containers write, as they write it.
 *
 * The logs of some containers are followed at once, and that of every container that is started, or
 * gets the name, in one of the slots.  One that is replaced is followed to its end: its calls go
 * on. Memory does not grow with what is written. */
#ifndef CONTROL_FOLLOW_H
#define CONTROL_FOLLOW_H

#include "control/session.h"

struct follow_box {
    const struct container_spec *slot;
    const char *id, *name;
};

struct follow_options {
    const struct container_spec *const *slots;
    size_t n_slots;
    const struct follow_box *boxes; /* at once, with their last lines */
    size_t n_boxes;
    unsigned tail;
    int64_t since_ms; /* wall clock: of the look that found the boxes, so that nothing is missed */
    /* A line without its end; its secrets are hidden.  box.name is the one it has now.  False: no
     * more is wanted. */
    bool (*on_line)(void *ctx, const struct follow_box *, const char *line);
    /* From now on this one serves new calls in the slot. */
    bool (*on_successor)(void *ctx, const struct follow_box *);
    /* A log that cannot be read, and why; it is not tried again. */
    void (*on_problem)(void *ctx, const struct follow_box *, const char *why);
    void *ctx;
};

/* Returns 0 after session_interrupt() or when no more is wanted; -1: the engine is away. */
int session_follow(struct session *, const struct follow_options *, struct err *) MUST_CHECK;

#endif

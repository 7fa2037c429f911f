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
    const struct container_spec *const *slots; /* lent until follow_slots() or the end */
    size_t n_slots;
    const struct follow_box *boxes; /* at once, with their last lines; lent until the end */
    size_t n_boxes;
    int tail;         /* so many of each; -1: all */
    int64_t lines_ms; /* of these only what was written since; wall clock, 0: whenever */
    size_t most_logs; /* at a time, each with a connection and some 64 KiB; 0: 256 */
    int64_t since_ms; /* wall clock: of the look that found the boxes, so that nothing is missed */
    /* A line without its end; its secrets are hidden.  box.name is the one it has now.  False: no
     * more is wanted. */
    bool (*on_line)(void *ctx, const struct follow_box *, const char *line);
    /* From now on this one serves new calls in the slot.  NULL: nobody asks; as below. */
    bool (*on_successor)(void *ctx, const struct follow_box *);
    /* A log that cannot be read, and why; it is not tried again. */
    void (*on_problem)(void *ctx, const struct follow_box *, const char *why);
    void *ctx;
};

/* Begins, over connections of its own to the engine; the callbacks run from the loop.  on_end is
 * called at most once.  Its err tells that the engine is away; NULL, that one of the callbacks
 * wanted no more: only then it must not be closed from within. */
struct follow;
typedef void follow_end(void *end_ctx, const struct err *);
struct follow *follow_open(struct client *, const struct follow_options *, follow_end *on_end,
                           void *end_ctx);
void follow_close(struct follow *); /* nothing is called any more; NULL is fine */

/* Other slots from now on, or the same with other settings; those before must still be there.  The
 * logs of slots that are not among them end.  Not from a callback. */
void follow_slots(struct follow *, const struct container_spec *const *slots, size_t n);

/* The same until it ends.  Returns 0 after session_interrupt() or when no more is wanted; -1: the
 * engine is away. */
int session_follow(struct session *, const struct follow_options *, struct err *) MUST_CHECK;

#endif

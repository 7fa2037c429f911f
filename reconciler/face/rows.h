/* rows.h - what was told of each agent, so that only what is another now is told again, and since
 * when an agent is what it is. */
#ifndef FACE_ROWS_H
#define FACE_ROWS_H

#include "core/plan.h"
#include "render/render.h"

struct rows;

struct rows *rows_new(void);
void rows_free(struct rows *); /* NULL is fine */

struct rows_listener {
    void (*on_agent)(void *ctx, const struct agent_plan *); /* its row is another now, or new */
    void (*on_gone)(void *ctx, const char *agent_id);
    void *ctx;
};

/* The plan of a round: tells what differs from the one before, and remembers it.  Of the first one
 * nothing is told. */
void rows_round(struct rows *, const struct render *, const struct plan *,
                const struct rows_listener *);

/* Since when state and readiness are what they are, as struct render wants it. */
int64_t rows_since_ms(const void *rows, const char *agent_id);

#endif

/* render.h - a plan as people and programs read it.  The only place where values are shown, and so
 * the only place that hides secrets: they appear as keyed fingerprints. */
#ifndef CORE_RENDER_H
#define CORE_RENDER_H

#include "core/plan.h"

struct render {
    const struct digest_key *key; /* for fingerprints */
    bool color;
    bool verbose;        /* steps too, and agents in sync with their containers */
    unsigned width;      /* columns; 0: no limit */
    int64_t now_ms;
    const char *sources; /* "specs/agents.yaml, data.db" */
    const char *engine;  /* "pbx-01 (Docker 20.10.24)" */
};

const char *render_plan(struct arena *, const struct render *, const struct desired *,
                        const struct plan *);
const char *render_plan_json(struct arena *, const struct render *, const struct desired *,
                             const struct plan *);
const char *render_status(struct arena *, const struct render *, const struct desired *,
                          const struct plan *);
const char *render_config(struct arena *, const struct render *, const struct desired *,
                          const struct plan *, bool json);

/* The value itself, or "(hidden fp:3fa2)" when it is secret; long ones are cut, line breaks shown
 * as \n. */
const char *render_value(struct arena *, const struct digest_key *, const char *value,
                         bool secret);
const char *render_step(struct arena *, const struct step *); /* one line, no newline */

#endif

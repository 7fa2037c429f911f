/* agent_status.h - what is said of an agent at a glance, in a table and as JSON.
 *
 * Image and uptime are those of the container that speaks: sts, or core of a pipeline, since that
 * is the one people ask about. */
#ifndef RENDER_AGENT_STATUS_H
#define RENDER_AGENT_STATUS_H

#include "render/parts.h"

enum agent_state {
    STATE_IN_SYNC,
    STATE_DRIFTED,
    STATE_REPLACING,
    STATE_HELD,
    STATE_ORPHAN,
    STATE_STOPPED,
    STATE_PAUSED,
    STATE__N
};
extern const char *const agent_state_word[STATE__N]; /* for programs: "in_sync", … */

/* Who works on it at this moment is known by the render alone. */
enum agent_state agent_state(const struct render *, const struct agent_plan *);

/* Each container it should have runs, and none of these is known to be bad. */
bool agent_is_ready(const struct agent_plan *);

struct agent_status {
    enum agent_state state;
    const char *words; /* for people: "in sync" */
    enum style style;
    const char *mode;
    size_t running, wanted;    /* containers */
    bool ready;                /* all that are wanted run, and none is known to be bad */
    const struct box *speaker; /* NULL: none */
    const char *note;          /* "": none */
    int64_t uptime_s;          /* of the speaker; -1: it does not run */
    int64_t until_ms;          /* when the first back-off of its roles ends; -1: there is none */
};

struct agent_status agent_status_make(struct arena *, const struct render *,
                                      const struct agent_plan *);

/* The agent of render_status_json() as an object. */
void out_agent_status(struct out *, const char *key, const struct render *,
                      const struct agent_plan *);

#endif

/* history.h - what is remembered of agents, for people and for programs.
 *
 * Secrets appear as fingerprints, as in render.h, whether they are marked or only look like it.
 * In JSON times are wall-clock milliseconds, null where they are not known; so are generations. */
#ifndef RENDER_RENDER_HISTORY_H
#define RENDER_RENDER_HISTORY_H

#include "core/record.h"
#include "render/render.h"

struct render_history {
    const struct render *render; /* key, colour, verbose, width and now_ms are used */
    /* The time as people here write it; core knows no time zone. */
    const char *(*local_time)(struct arena *, int64_t wall_ms);
};

/* An entry a change, newest first; with verbose also what differed and the last lines of a failed
 * candidate.  more: there are older ones.
 *
 *     {"changes": [{"id", "agent_id", "agent_name", "roles": [role], "began_ms", "ended_ms",
 *                   "cause", "result", "failure", "drifts": [text], "log": [text],
 *                   "calls_waited", "waited_ms", "from_generation", "to_generation"}], "more"} */
const char *render_changes(struct arena *, const struct render_history *, const struct changes *,
                           bool more);
const char *render_changes_json(struct arena *, const struct changes *, bool more);
const char *render_change_json(struct arena *, const struct change *); /* one of them, on a line */

/* A table, newest first: the first one is in force.
 *
 *     {"agent_id", "generations": [{"generation", "since_ms", "good_ms", "cause",
 *                                   "roles": [{"role", "image", "image_id", "image_digest",
 *                                              "settings_hash"}]}]} */
const char *render_generations(struct arena *, const struct render_history *,
                               const struct generations *);
const char *render_generations_json(struct arena *, const char *agent_id,
                                    const struct generations *);

/* What differs between two.  `have` and `want` in JSON are a text, null, or {"fingerprint"}.
 *
 *     {"agent_id", "from", "to", "differences": [{"role", "name", "variable", "secret", "sealed",
 *                                                 "have", "want"}]} */
const char *render_generation_diff(struct arena *, const struct render_history *,
                                   const struct generation *have, const struct generation *want);
const char *render_generation_diff_json(struct arena *, const struct render_history *,
                                        const struct generation *have,
                                        const struct generation *want);

/* What answered a call.  name and generation may be NULL.
 *
 *     {"uuid", "agent_id", "agent_name", "generation", "first_seen_ms", "ended_ms",
 *      "roles": [{"role", "image", "image_digest", "settings_hash"}]} */
const char *render_call(struct arena *, const struct render_history *, const struct call_record *,
                        const char *name, const struct generation *);
const char *render_call_json(struct arena *, const struct call_record *, const char *name,
                             const struct generation *);

/* The value of one side for people, NULL if it is not there.  No line break at the end. */
const char *render_difference_side(struct arena *, const struct digest_key *,
                                   const struct record_difference *, const char *value);
/* Marked secret, or looking like it on either side. */
bool difference_hidden(const struct record_difference *);

#endif

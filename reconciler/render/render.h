/* render.h - a plan as people and programs read it.
 *
 * The only place where values are shown, and so the only place that hides secrets: they appear as
 * keyed fingerprints.  Whatever text comes from outside (values, names, notes of the engine) is
 * made visible first: no control character of a value ever reaches a terminal.  Everything returned
 * ends with a line break, but where it says otherwise. */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include "doctor/doctor.h"

struct render {
    const struct digest_key *key; /* for fingerprints */
    bool color;
    bool verbose;   /* steps too, and agents in sync with their containers */
    unsigned width; /* columns; 0: no limit */
    int64_t now_ms;
    struct tm local;     /* the same moment on the clock on the wall */
    const char *sources; /* "specs/agents.yaml, data.db" */
    const char *engine;  /* "pbx-01 (Docker 20.10.24)"; render_config() needs none */
    /* Since when an agent's state and readiness are what they are: wall clock, -1: not known.
     * NULL: nobody knows. */
    int64_t (*since_ms)(const void *since_ctx, const char *agent_id);
    const void *since_ctx;
    /* Are the agent's containers being changed at this moment?  NULL: nobody knows. */
    bool (*works_on)(const void *works_ctx, const char *agent_id);
    const void *works_ctx;
};

const char *render_plan(struct arena *, const struct render *, const struct desired *,
                        const struct plan *);

/* The stable shape for programs: keys are added only, "version" changes when one changes or goes.
 *
 *     {"version", "sources", "engine", "in_sync", "notices": [text],
 *      "agents": [{"id", "name", "verdict", "live_calls" (null: not known), "oldest_call_s",
 *                  "unconnected_calls" (live ones that were seen to have no connection),
 *                  "lost_calls" (open for longer than max_call_age), "oldest_lost_s",
 *                  "window": null | {"times", "opens_in_s"} (what the service waits for),
 *                  "roles": [{"role", "container", "verdict", "reason", "until_ms" (when a back-off
 * ends, by the wall clock; null: none), "image", "drifts": [{"field", "key", "have", "want",
 * "secret", "origin", "effect", "note"}]}], "steps": [{"step", "role", "box", "name", "why",
 * "gate"}], "hold": null | {"kind", "why", "at", "advice", "until_ms"}, "orders": [text]}],
 *      "summary": {"replace", "update", "live", "create", "start", "remove", "underway", "held",
 *                  "orphans", "in_sync", "calls_cut" (null: not known),
 *                  "cut_after_limit"}}
 *
 * `have` and `want` are a text, null, or {"fingerprint": "fp:…"} when the value is secret. */
const char *render_plan_json(struct arena *, const struct render *, const struct desired *,
                             const struct plan *);

const char *render_status(struct arena *, const struct render *, const struct desired *,
                          const struct plan *);
/* {"in_sync", "notices": [text],
 *  "agents": [{"id", "name", "state", "verdict", "ready" (all that are wanted run, none is known
 *              to be bad), "since_ms" (of state and readiness; null: not known), "mode",
 *              "running", "containers", "live_calls", "unconnected_calls", "lost_calls", "image",
 *              "image_id", "uptime_s", "note", "until_ms" (when a back-off after a failure
 *              ends; null: none),
 *              "drains": [{"role", "name", "calls" (null: not known), "oldest_ms",
 *                          "until_ms" (null: as long as they last)}]}]} */
const char *render_status_json(struct arena *, const struct render *, const struct desired *,
                               const struct plan *);

/* The resolved desired state with the source of every value.  plan may be NULL (no engine was
 * asked): ports and images that depend on what runs are then left open.  As JSON:
 *
 *     {"sources", "agents": [{"id", "name", "mode", "wanted", "origin", "problem",
 *                             "containers": [{"role", "name", "problem",
 *                                             "settings": [{"setting", "key", "value", "secret",
 *                                                           "origin"}]}]}]} */
const char *render_config(struct arena *, const struct render *, const struct desired *,
                          const struct plan *, bool json);

/* What would be taken over of the containers that run.  *ret_restarts tells how many of them would
 * be stopped or replaced; the text claims that nothing restarts only if it is 0. */
const char *render_adopt(struct arena *, const struct render *, const struct desired *,
                         const struct plan *, size_t *ret_restarts);
/* {"version", "sources", "engine", "notices": [text],
 *  "agents": [{"id", "name", "verdict", "live_calls" (null: not known), "note" (why it is left
 *              alone, or null),
 *              "containers": [{"role", "container", "verdict", "fate" (a sentence), "restarts",
 *                              "because" (or null), "port" (drawn by AVR and kept, or null),
 *                              "networks": [text], "published": [text]}]}],
 *  "summary": {"containers", "restarts"}}
 * Words and keys are those of render_plan_json(). */
const char *render_adopt_json(struct arena *, const struct render *, const struct desired *,
                              const struct plan *, size_t *ret_restarts);

/* What doctor_find() found, and what mends it. */
const char *render_doctor(struct arena *, const struct render *, const struct plan *,
                          const struct findings *);
/* {"version", "engine", "findings": [{"severity" ("error", "warning", "hint"), "kind", "agent",
 *  "agent_id", "role", "container", "what", "why", "advice", "command"}],
 *  "summary": {"errors", "warnings", "hints"}}; what does not apply is null. */
const char *render_doctor_json(struct arena *, const struct render *, const struct findings *);

/* The agents' names, one a line; only those that differ when `differing`. */
const char *render_names(struct arena *, const struct plan *, bool differing);

/* The value itself, or "(hidden fp:3fa291c0)" when it is secret; long ones are cut, line breaks
 * shown as \n.  NULL gives "(not set)".  No line break at the end. */
const char *render_value(struct arena *, const struct digest_key *, const char *value, bool secret);
const char *render_step(struct arena *, const struct step *); /* one line, no newline */

/* What differs of an agent, a line each: "sts: env GREETING "a" → "b" (provider …)". */
const char *const *render_drift_lines(struct arena *, const struct render *,
                                      const struct agent_plan *, size_t *ret_n);
const char *render_drift_line(struct arena *, const struct render *, const struct drift *);

/* "fp:" and 8 hex digits. */
const char *render_fingerprint(struct arena *, const struct digest_key *, const char *value);

#endif

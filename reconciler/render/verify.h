/* verify.h - checks as people and programs read them. */
#ifndef RENDER_VERIFY_H
#define RENDER_VERIFY_H

#include "doctor/verify.h"
#include "render/render.h"

const char *render_verify(struct arena *, const struct render *, const struct checks *);

/* {"version", "engine", "checks": [{"state" ("ok", "failed", "unknown"), "kind" ("image", "env",
 *  "settings", "answer", "config", "reach", "fetched", "url", "runs", "stopped", "inputs"),
 *  "agent", "agent_id", "role", "container" (both null: about the agent), "text"}],
 *  "summary": {"ok", "failed", "unknown"}} */
const char *render_verify_json(struct arena *, const struct render *, const struct checks *);

#endif

/* look.h - what most verbs begin with: read the sources, look at the engine, pick the agents that
 * were named.  Errors are said here; the verb only returns the code. */
#ifndef CLI_LOOK_H
#define CLI_LOOK_H

#include "cli/cmd.h"

/* 0, or the exit code of what went wrong. */
enum exit_code read_sources(struct cli *, struct sources *ret) MUST_CHECK;

/* Sources, then one look through the session; the plan holds only the agents that were named. */
enum exit_code look_at(struct cli *, struct session *, struct sources *, struct look *) MUST_CHECK;

/* Says what went wrong between here and the engine, and what to do; the exit code for it. */
enum exit_code say_engine_error(struct cli *, const struct err *);

/* The ids of the named agents.  An argument is an id, a name or the beginning of one id only.
 * ERR_INVALID with a suggestion if one is none of these. */
int select_agents(struct arena *, const struct agent *const *agents, size_t n_agents,
                  const char *const *args, size_t n_args, const char *const **ret_ids,
                  struct err *) MUST_CHECK;

struct render render_of(const struct cli *, const struct session *, const struct look *);
struct plan_options plan_options_of(const struct options *);

#endif

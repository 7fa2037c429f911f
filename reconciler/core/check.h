/* check.h - the health check an engine runs by itself: Config.Healthcheck of a container or an
 * image. */
#ifndef CORE_CHECK_H
#define CORE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct engine_check {
    const char *const *test; /* "CMD" and words, "CMD-SHELL" and a line, "NONE"; n_test 0: none */
    size_t n_test;
    int64_t interval_ns, timeout_ns, start_period_ns; /* 0: the engine's default */
    int retries;                                      /* 0: the engine's default */
};

/* The command that is run, as words: a line for the shell as the shell's own call, and nothing at
 * all for NONE.  Returns how many. */
size_t check_command(struct arena *, const struct engine_check *, const char *const **ret);

bool check_same_command(struct arena *, const struct engine_check *, const struct engine_check *);

/* The same, and as often and as patiently. */
bool check_same(struct arena *, const struct engine_check *, const struct engine_check *);

#endif

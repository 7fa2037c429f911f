/* failure.h - why a candidate failed, told by the container that is kept of it.
 *
 * Nothing else remembers it: the name says when the verdict was made, and the engine when the
 * container started and how it ended.  One that ended before its verdict died of itself; one that
 * ran on was stopped for the verdict, so its exit code is our stop's and says nothing. */
#ifndef CORE_FAILURE_H
#define CORE_FAILURE_H

#include "core/desired.h"
#include "core/observed.h"

/* "exited with code 143 (SIGTERM) 3s after its start: bad key" (its last line, if that is known),
 * "did not answer GET /health within 60s", a predicate of "it"; NULL: the container does not tell.
 * asked: how it was asked whether it is ready; NULL: not known.  Texts of the engine and of the
 * container are as they are. */
const char *failure_text(struct arena *, const struct box *failed, const struct probe *asked);

/* "exited with code 1 3s after its start": of one that does not run any more. */
const char *death_text(struct arena *, const struct box *);

/* "3", "143 (SIGTERM)", "137 (SIGKILL)". */
const char *exit_text(struct arena *, int exit_code);

/* "answer GET /health", "listen on its port": what a container must do to be ready. */
const char *probe_text(struct arena *, const struct probe *);

#endif

/* exit.h - what the exit code says, for scripts. */
#ifndef CONTROL_EXIT_H
#define CONTROL_EXIT_H

#include "control/session.h"

enum exit_code {
    EXIT_CODE_OK = 0, /* done; for diff and status: in sync */
    EXIT_CODE_ERROR = 1,
    EXIT_CODE_DIFFERS = 2,     /* diff, status, adopt */
    EXIT_CODE_INVALID = 3,     /* the spec is invalid */
    EXIT_CODE_ROLLED_BACK = 4, /* some agents failed */
    EXIT_CODE_CALLS = 5,       /* calls still open when --wait-timeout passed; nothing was cut */
    EXIT_CODE_UNREACHABLE = 6, /* engine or database */
    EXIT_CODE_USAGE = 64,      /* never 2, so that a typo cannot look like drift */
    EXIT_CODE_INTERRUPTED = 130,
};

enum exit_code exit_of_err(const struct err *);
enum exit_code exit_of_outcome(const struct outcome *);

/* What to do where the engine cannot be reached; NULL for any other error. */
const char *engine_advice(const struct err *);

/* An agent that nobody asks for and nobody asked to remove: kept, which is no failure. */
bool is_kept_orphan(const struct agent_outcome *);

#endif

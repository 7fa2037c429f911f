/* remote.h - having a command line carried out by the service that runs. */
#ifndef CLI_REMOTE_H
#define CLI_REMOTE_H

#include "cli/cmd.h"

struct progress;

/* Is there a service to ask?  True as well if it is there and hangs or refuses: to do its work
 * beside it would be wrong, and ask_service() says what is the matter.  Needs no configuration. */
bool service_is_there(const struct cli *);

/* Sends this command line and writes what comes back to cli->out and cli->err.  Events go to the
 * progress, the results that end them to *ret; both may be NULL.  *ret is empty if none came.  What
 * goes wrong is said; Ctrl-C ends the watching alone.  Questions are asked before. */
enum exit_code ask_service(struct cli *, struct progress *, struct outcome *ret);

/* The same for a question that has its answer at hand. */
enum exit_code ask_service_within(struct cli *, unsigned answer_ms);

#endif

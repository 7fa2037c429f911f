/* say.h - errors and questions, on stderr; data, on stdout.  Whatever is said is made visible
 * first, so that an engine's error text cannot drive a terminal. */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include "cli/cmd.h"

void say(struct cli *, const char *fmt, ...) PRINTF(2, 3);       /* a line; not with -q */
void say_error(struct cli *, const char *fmt, ...) PRINTF(2, 3); /* "error: …" */
void write_data(struct cli *, const char *);
void say_spec_errors(struct cli *, const struct spec_errors *); /* each, then "N errors" */

/* A yes-or-no question; false without a clear yes.  Only if cli->can_ask. */
bool ask(struct cli *, const char *question);

#endif

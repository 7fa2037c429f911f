/* watch.h - `status --watch`: the same answer again and again, until somebody leaves. */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "cli/cmd.h"

/* Fetches the answer in the format it is asked for and writes it to cli->out, as a verb does. */
typedef enum exit_code watch_look(struct cli *, void *ctx);

/* On a terminal the answer is drawn in place at every look, elsewhere written once for each change.
 * Ends the process with 0 at SIGINT and SIGTERM; returns when a look says an error. */
enum exit_code watch(struct cli *, unsigned every_ms, watch_look *, void *ctx);

/* What of a status in JSON tells that something has changed: all but what time alone changes. */
const char *watch_key(struct arena *, const char *json);

/* One frame for a terminal of so many columns and lines: from its top left, each line cleared to
 * its end, what is below cleared too; at most the lines that fit. */
const char *watch_frame(struct arena *, const char *text, unsigned lines);

#endif

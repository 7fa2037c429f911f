/* progress.h - what happens while agents are brought up to date, as it happens.
 *
 *   tty     one line an agent, redrawn in place; finished agents move up and stay
 *   plain   one line an event
 *   json    one object a line
 *   quiet   failures only
 *
 * It also remembers, for the report at the end, where each agent stands and which failed box was
 * kept. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdio.h>

#include "cli/options.h"
#include "control/event_text.h"

struct progress;

struct progress_options {
    enum progress_mode mode; /* not AUTO */
    bool color;
    unsigned width;           /* of the terminal; 0: not known */
    int64_t (*now_ms)(void);  /* monotonic */
    int64_t (*wall_ms)(void); /* for the age of calls */
};

/* As the options of this command line ask for, on its stderr. */
struct cli;
struct progress *progress_for(const struct cli *);

struct progress *progress_new(struct arena *, FILE *, const struct progress_options *);
void progress_event(void *progress, const struct event *); /* an on_event */

/* Draws what is left and closes: in JSON the object "done" with all results. */
void progress_end(struct progress *, const struct outcome *);

/* The results as one line of JSON, without a line break. */
const char *outcome_json(struct arena *, const struct progress *, const struct outcome *);

/* The last step an agent was at, as a sentence; NULL if there was none. */
const char *progress_last(const struct progress *, const char *agent_id);
/* The candidate that failed and was kept for its logs; NULL if there is none. */
const char *progress_failed_box(const struct progress *, const char *agent_id);

#endif

/* notify.h - tells a webhook about changes: a POST, and nothing of what is answered is read but the
 * status and Retry-After.
 *
 * Changes within 5 s of each other, 30 s at most, go as one message.  A message that does not get
 * through is sent again at most three times (after about 1, 4 and 16 s, or as Retry-After says)
 * within 60 s.  Meanwhile 64 changes wait; then the oldest is dropped, and the next message says
 * how many were.  An answer may get lost, so a message can arrive twice.
 *
 * The address is a secret: of it only scheme and host are ever shown. */
#ifndef TELL_NOTIFY_H
#define TELL_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ev_loop;
struct notify;

enum notify_format {
    /* {"version": 1, "host", "time", "dropped", "events": [{"event", "agent", "role", "result",
     * "cause", "drifts": [text], "time"}]}; what a change does not have is left out. */
    NOTIFY_JSON,
    NOTIFY_SLACK,   /* {"text"}, for Slack and Mattermost */
    NOTIFY_DISCORD, /* {"content", "allowed_mentions"} */
};

/* "json", "slack" or "discord"; -1 if it is none of these. */
int notify_format_parse(const char *, enum notify_format *ret) MUST_CHECK;

struct notify_options {
    const char *url; /* http or https, without user name and fragment */
    enum notify_format format;
    const char *host;                      /* this machine, for people */
    unsigned batch_ms, retry_ms, total_ms; /* 0: 5 s, 1 s, 60 s as above */
    /* After each message, from the loop; may not close: NULL when it got through, else why it was
     * given up.  May be NULL. */
    void (*told)(void *ctx, const struct err *);
    void *ctx;
};

struct notify_change { /* what is unknown is NULL; values come masked */
    const char *event; /* "replaced", "failed", "rolled back" */
    const char *agent, *role, *result, *cause;
    const char *const *drifts; /* "env GREETING: Hello. → Hi." */
    size_t n_drifts;
    int64_t time_ms; /* since 1970 */
};

/* NULL and ERR_INVALID, without a word of the address, if it is none. */
struct notify *notify_open(struct ev_loop *, const struct notify_options *, struct err *);
void notify_close(struct notify *); /* drops what waits; NULL is fine */

void notify_send(struct notify *, const struct notify_change *); /* copies it */

/* For the end of the service: nothing waits for company any more.  Then run the loop until idle. */
void notify_hurry(struct notify *);
bool notify_idle(const struct notify *);

const char *notify_target(const struct notify *);    /* "https://hooks.slack.com" */
unsigned long notify_dropped(const struct notify *); /* changes so far */

#endif

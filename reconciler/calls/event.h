/* event.h - one event of a call, as AVR's core posts it: {"uuid", "type", "timestamp", "payload"}.
 *
 * It comes from the network: whatever is not of the form that core uses is refused. */
#ifndef CALLS_EVENT_H
#define CALLS_EVENT_H

#include <stddef.h>

#include "base/arena.h"

enum { CALL_UUID_MAX = 64, CALL_AGENT_MAX = 128, CALL_CALLER_MAX = 64 };

enum call_event_kind {
    CALL_EVENT_INITIATED,
    CALL_EVENT_STARTED,
    CALL_EVENT_TRANSCRIPTION,
    CALL_EVENT_INTERRUPTION,
    CALL_EVENT_DIGIT,
    CALL_EVENT_ENDED,
    CALL_EVENT_ERROR,
    CALL_EVENT_OTHER, /* of a newer core */
    CALL_EVENT__N
};
extern const char *const call_event_text[CALL_EVENT__N];

struct call_event {
    const char *uuid; /* of [A-Za-z0-9._-], at most CALL_UUID_MAX */
    enum call_event_kind kind;
    const char *type, *timestamp; /* as they stand; timestamp "" if there is none */
    const char *agent_id;         /* NULL: it does not say */
    const char *role;             /* of a transcription; "" otherwise */
    /* Who calls, of call_initiated: `from` of what the dialplan gave core with the call; "" where
     * it gave nothing, or announced no call to core at all. */
    const char *caller;
};

/* header_agent: what x-avr-agent-id says, or NULL; it comes before what stands in the body.  Copies
 * what it returns.  ERR_INVALID: this is no such event. */
int call_event_parse(struct arena *, const char *body, size_t len, const char *header_agent,
                     struct call_event *ret, struct err *) MUST_CHECK;

#endif

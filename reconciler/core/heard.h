/* heard.h - live calls that AVR's core itself told of, by webhook.
 *
 * Such a call shows seconds before a database does, and where there is no database.  An event may
 * be lost, since core sends each one once: what was heard proves that a call is there; that
 * nothing was heard proves that there is none only once we have listened for longer than any call
 * lasts. */
#ifndef CORE_HEARD_H
#define CORE_HEARD_H

#include "core/canary.h"
#include "core/inputs.h"

struct heard_call {
    struct call_row row; /* times 0: it was going on when we first heard of it */
    const char *box_id;  /* the container it was sent to; NULL: whichever had the name */
};

struct heard_trial { /* a call that a canary sent to a candidate, over or not */
    const char *box_id;
    struct canary_call call;
};

struct heard_agent { /* somebody whose core sends its events here */
    const char *id;
    int64_t since_ms; /* from when on none of them was missed knowingly */
    bool asks;        /* it was answered where to send a call */
    struct canary_earlier earlier;
};

struct heard {
    /* Those that have not ended. */
    const struct heard_call *calls;
    size_t n_calls;
    const struct heard_trial *trials;
    size_t n_trials;
    const struct heard_agent *agents;
    size_t n_agents;
    bool listens;     /* somebody is there who hears: the service */
    int64_t since_ms; /* since when; 0: not known */
};

#endif

/* canary.h - a few calls meet the new generation first, and what becomes of them decides about the
 * rest.
 *
 * While a candidate is ready beside the container that serves, each new call is sent to one of the
 * two: calls of named callers to the candidate, of all others a share, by a keyed digest of the
 * call's uuid, so that whoever is asked about a call again says the same and nobody outside can
 * choose.  Only core's webhooks can send a call to one of them and tell how it went, so all this
 * needs the relay.
 *
 * A call on the candidate went
 *
 *     badly   core told of an error, or the agent said nothing within CANARY_SILENT_MS of its
 *             start - the latter only where calls of this agent have transcripts at all;
 *     short   it ended sooner than nine of ten earlier calls of the agent did;
 *     well    it ended, the agent had said something, and neither of these.
 *
 * A call that ended before the agent had said anything proves nothing, unless it is known that
 * calls of this agent have no transcripts: the caller may have hung up on silence.
 *
 * One bad call may be the vendor's hiccup: two send the candidate back (one, if one call is all
 * that was asked for).  A tenth of all calls is short by definition, and people hang up: it takes
 * CANARY_SHORT_LEAST of them, and more than CANARY_SHORT_PERCENT of those that ended.  With a
 * candidate that is no worse that happens in one hand-over of fifty, which costs time and no call;
 * one with which every other call is short does not pass in ninety-nine of a hundred. */
#ifndef CORE_CANARY_H
#define CORE_CANARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

enum {
    CANARY_SILENT_MS = 8000,
    CANARY_BAD = 2,
    CANARY_SHORT_LEAST = 5,
    CANARY_SHORT_PERCENT = 30,
    CANARY_EARLIER = 20, /* with fewer earlier calls nobody knows what is short */
};

struct canary_policy {
    const char *const *callers; /* as a person writes numbers: "+39 02 1234-567", "2000" */
    size_t n_callers;
    int64_t percent; /* of the other calls, 0 to 100 */
    int64_t calls;   /* that must go well; 0: no canary was asked for */
};

/* Does this call go to the candidate?  caller NULL or "": not known. */
bool canary_takes(const struct canary_policy *, const struct digest_key *, const char *caller,
                  const char *uuid);

struct canary_call { /* one that was sent to the candidate; times: wall clock, 0: not yet */
    int64_t started_ms, spoke_ms, ended_ms;
    unsigned errors;
};

/* Do calls of this agent have transcripts?  Some connectors send none. */
enum canary_speech { SPEECH_UNKNOWN, SPEECH_HEARD, SPEECH_NONE };

struct canary_earlier { /* what is known of other calls of the agent */
    int64_t short_ms;   /* canary_short_ms() of calls before the candidate; 0: not known */
    enum canary_speech speech;
};

struct canary_facts {
    const struct canary_call *calls;
    size_t n;
    int64_t now_ms;
    struct canary_earlier earlier;
};

/* The duration that nine of ten are at least as long as; 0: there are fewer than CANARY_EARLIER. */
int64_t canary_short_ms(struct arena *, const int64_t *durations_ms, size_t n);

enum canary_verdict {
    CANARY_WAIT,
    CANARY_GO,   /* the hand-over goes on */
    CANARY_BACK, /* the candidate failed */
};

struct canary_judgement {
    enum canary_verdict verdict;
    const char *why;  /* a sentence, for step and history */
    int64_t until_ms; /* WAIT: when time alone may change it; 0: only calls do */
};

struct canary_judgement canary_judge(struct arena *, const struct canary_policy *,
                                     const struct canary_facts *);

#endif

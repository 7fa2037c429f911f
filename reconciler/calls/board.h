/* board.h - the live calls, as AVR's core tells of them by webhook.
 *
 * Times are those at which an event came in: what core's clock says is not believed.  Events may
 * come twice, late or not at all, so a call is taken up by whatever is heard of it first, and one
 * that has ended stays ended, whatever comes after.  Ended calls are remembered for a while, and
 * those of a canary as long as it lasts; the board holds a bounded number of calls, and the one
 * that ended first is forgotten first. */
#ifndef CALLS_BOARD_H
#define CALLS_BOARD_H

#include <stdbool.h>

#include "calls/event.h"
#include "core/heard.h"

enum { BOARD_CALLS = 4096, BOARD_AGENTS = 1024, BOARD_ENDED_MS = 10 * 60 * 1000 };

enum call_state { CALL_INITIATED, CALL_STARTED, CALL_ENDED };

struct board_call {
    char uuid[CALL_UUID_MAX + 1];
    char agent_id[CALL_AGENT_MAX + 1]; /* "": nobody said */
    char box_id[64 + 1]; /* the container it was sent to; "": whichever had the name */
    bool on_trial;       /* by a canary, which is judged by what became of it */
    enum call_state state;
    enum call_event_kind last;
    int64_t first_ms, last_ms;                  /* events of it */
    int64_t initiated_ms, started_ms, ended_ms; /* 0: not heard of */
    int64_t spoke_ms;                           /* the first thing the agent said; 0: nothing yet */
    unsigned errors;                            /* events that told of one */
};

struct board;

struct board *board_new(void);
void board_free(struct board *); /* NULL is fine */

/* What is known of the call now; it lives until the next change to the board. */
const struct board_call *board_hear(struct board *, const struct call_event *, int64_t now_ms);
const struct board_call *board_find(const struct board *, const char *uuid); /* or NULL */

/* Core asked where to send this call; it was sent to this container, by its id; NULL: to whichever
 * has the name. */
void board_sent_to(struct board *, const char *uuid, const char *box_id, bool on_trial);

/* Calls, sorted by uuid: i < board_size(). */
size_t board_size(const struct board *);
const struct board_call *board_at(const struct board *, size_t i);

struct board_terms {
    int64_t max_age_ms;
    /* Told of each live call that is forgotten.  May be NULL. */
    void (*gone)(void *ctx, const struct board_call *);
    /* Is the container still being judged by this call, that was on trial?  NULL: none is. */
    bool (*is_judged)(void *ctx, const struct board_call *);
    void *ctx;
};

/* Forgets calls that ended a while ago and that nobody is judged by, and live ones of which nothing
 * was heard for max_age_ms: their end was lost. */
void board_prune(struct board *, int64_t now_ms, const struct board_terms *);

/* The live calls and who was ever heard of, in the arena. */
void board_heard(const struct board *, struct arena *, struct heard *ret);

#endif

/* account_parts.h - the inside of the account, for account.c (the work on an agent, from its
 * beginning to its end) and account_round.c (what a look adds). */
#ifndef SERVICE_ACCOUNT_PARTS_H
#define SERVICE_ACCOUNT_PARTS_H

#include "control/client.h"
#include "core/record.h"
#include "service/service_parts.h"

struct calls_book;
struct causes;
struct crashes;

struct job { /* the work on one agent, as it will stand in the history */
    struct job *next;
    struct account *account;
    struct arena *arena;
    struct change change;
    const char *wish;
    const char *failed_box; /* id of a candidate that was kept for its logs; NULL: none */
    const char *title;
    const char *generation; /* in force when it began; NULL: none is known */
    struct env_list env;    /* of the candidate that failed, to hide its secrets */
    int64_t over_ms;        /* wall clock; 0: not yet, else it waits for the number it led to */
    bool mends;             /* something has to be started that should have been running */
    int most_calls;         /* waited for at once */
    int64_t wait_began_ms;  /* monotonic; 0: it waits for no calls */
    struct client_call *logs;
};

struct account {
    struct service *service;
    struct fleet_owner owner;
    struct job *jobs;
    struct crashes *crashes;
    struct calls_book *calls;
    struct causes *causes;
    int64_t round_ms; /* wall clock: when the last round began */
    char cause[200];
};

/* What is asked for of an agent of the last round. */
const char *account_wish(const struct account *, struct arena *, const struct agent *);

void job_drop(struct job *);
void job_write(struct job *); /* its change, to the history */

#endif

/* account.h - what becomes of the fleet's work: log, history, notifications, generations, and when
 * an agent that failed may be tried again. */
#ifndef SERVICE_ACCOUNT_H
#define SERVICE_ACCOUNT_H

#include "control/fleet.h"

struct account;
struct board_call;
struct service;

struct account *account_new(struct service *);
void account_free(struct account *); /* NULL is fine */

/* What the fleet is to call. */
const struct fleet_owner *account_fleet_owner(const struct account *);

/* Why the round that begins now is made; it is the cause of the work that it leads to. */
void account_cause(struct account *, const char *cause);
/* A round is finished: notes the generations that are in force, who answered which call, and what
 * died since the last one. */
void account_round(struct account *, const struct look *);
/* The open calls, as they were just read. */
void account_calls(struct account *, const struct database *);
/* What core told of a call. */
void account_heard(struct account *, const struct board_call *);
/* The engine's lock is ours: work of a process that is gone was cut short. */
void account_took_over(struct account *);

/* Monotonic: from when on the agent may be begun; 0: at once. */
int64_t account_due_ms(const struct account *, const struct agent *);

/* Seconds until the agent's window opens; 0: it need not wait for it. */
int64_t account_window_s(const struct account *, const struct agent_plan *);

#endif

/* hearing.h - what core tells of calls by webhook: kept on the board, told to every gate and to the
 * ledger, and answered with the container that is to take a new call. */
#ifndef SERVICE_HEARING_H
#define SERVICE_HEARING_H

#include "calls/board.h"
#include "control/session.h"

struct hearing;
struct service;

struct hearing *hearing_new(struct service *);
void hearing_free(struct hearing *); /* NULL is fine */

const struct board *hearing_board(const struct hearing *);

/* Something happened to a call. */
void hearing_event(struct hearing *, const struct call_event *);

/* Where the new call of this event is to go, noted on the board: "ws://…", in the arena.  NULL:
 * wherever core's own address leads, also while it is not known for certain who serves. */
const char *hearing_route(struct hearing *, struct arena *, const struct call_event *);

/* A round is finished: calls whose end was lost are dropped. */
void hearing_round(struct hearing *, const struct look *);

#endif

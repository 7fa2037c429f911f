/* desk.h - what people ask of the running service, over the control socket or the web room.
 *
 * What can be answered from the last round is answered at once.  `apply` asks for a round and is
 * told of the work on its agents until that is over; whoever goes away earlier ends the telling,
 * not the work. */
#ifndef SERVICE_DESK_H
#define SERVICE_DESK_H

#include "control/fleet.h"
#include "link/control_server.h"
#include "service/asker.h"

struct desk;
struct service;

struct desk *desk_new(struct service *);
void desk_free(struct desk *); /* NULL is fine; before the server */

void desk_on_request(void *service, struct control_request *); /* of the control socket */

/* Has this agent seen to at once; text: what is so now.  The asker is told of the work, and goes
 * when nobody works on the agent any more: with what became of it, or, if it does not care, with 0.
 */
void desk_errand(struct desk *, struct asker *, const char *agent_id, bool cares, const char *text);

/* From the fleet and the rounds. */
void desk_terms(const struct desk *, const struct agent *, struct fleet_terms *);
void desk_event(struct desk *, const struct event *);
void desk_end(struct desk *, const struct agent_outcome *);
void desk_round(struct desk *, bool good); /* good: the engine was seen */
void desk_turns(struct desk *);
bool desk_asks_for(const struct desk *, const struct agent *); /* by an `apply` not over yet */

#endif

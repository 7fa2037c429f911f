/* desk.h - what people ask of the running service over the control socket.
 *
 * What can be answered from the last round is answered at once.  `apply` asks for a round and is
 * told of the work on its agents until that is over; whoever goes away earlier ends the telling,
 * not the work. */
#ifndef SERVICE_DESK_H
#define SERVICE_DESK_H

#include "control/fleet.h"
#include "link/control_server.h"

struct desk;
struct service;

struct desk *desk_new(struct service *);
void desk_free(struct desk *); /* NULL is fine; before the server */

void desk_on_request(void *desk, struct control_request *);

/* From the fleet and the rounds. */
void desk_terms(const struct desk *, const struct agent *, struct fleet_terms *);
void desk_event(struct desk *, const struct event *);
void desk_end(struct desk *, const struct agent_outcome *);
void desk_round(struct desk *, bool good); /* good: the engine was seen */

#endif

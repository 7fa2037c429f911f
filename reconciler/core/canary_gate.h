/* canary_gate.h - the canary of one agent: what is asked for, what is there and what was heard of
 * calls, brought before canary.h.
 *
 * A canary stands between a candidate that is ready and the moment it gets the name of one that
 * works.  Where nobody serves, or the one that serves is broken, service comes first; neither a
 * way back by order nor a restart has one, so a restart ends it. */
#ifndef CORE_CANARY_GATE_H
#define CORE_CANARY_GATE_H

#include "core/view.h"

enum { CANARY_ARRIVES_MS = 5000 };

/* The container of this role is to be replaced, and calls are to meet the candidate first. */
bool canary_is_asked(const struct agent_view *, enum role);

/* Why no call can be sent there; NULL: nothing is in the way, or it is not asked. */
const char *canary_obstacle(const struct agent_view *, enum role);

/* What the calls that were sent to this candidate tell. */
struct canary_judgement canary_stands(const struct agent_view *, const struct box *candidate);
bool canary_had_calls(const struct agent_view *, const struct box *candidate);

/* A live call that was sent there made no connection to it: core does not obey, and what becomes of
 * its calls tells of another container.  Known where connections are counted all the while. */
bool canary_is_missed(const struct agent_view *, const struct box *candidate);

/* A candidate of the sts container is there for calls to meet it, and may not take over yet. */
bool canary_is_open(const struct agent_view *);

/* Where a new call of the agent goes if it goes to the candidate: its address, and in *ret_box_id
 * its id.  NULL: the call is one for whoever serves.  caller "": not known. */
const char *canary_sts_url(struct arena *, const struct desired *, const struct agent *,
                           const struct observed *, const struct digest_key *, const char *caller,
                           const char *uuid, const char **ret_box_id);

#endif

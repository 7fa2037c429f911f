/* wire_event.h - progress on the wire: the facts of an event, not its sentence, so that the display
 * of a verb shows work done by the service as it shows its own.
 *
 *     {"event":"agent","agent","agent_id","state","text","elapsed_ms"}
 *     {"event":"step", … and "role","step","gate","box","name","image","image_note","why",
 *                          "calls","oldest_ms","forced"}
 *     {"event":"done","agents":[{"agent","agent_id","result","text","changes","orphan"}]}
 *
 * A value that is not there is null or left out. */
#ifndef LINK_WIRE_EVENT_H
#define LINK_WIRE_EVENT_H

#include "base/json.h"
#include "control/session.h"

extern const char *const event_state_word[]; /* by enum event_state */
extern const char *const result_word[];      /* by enum agent_result */

/* One object, no line break. */
const char *event_encode(struct arena *, const struct event *);
const char *outcome_encode(struct arena *, const struct outcome *);

bool event_is_outcome(const cJSON *);

/* What they return lives in the arena; of agents and steps only what the wire carries is set.
 * ERR_INVALID: it is no such event. */
int event_decode(struct arena *, const cJSON *, struct event *ret, struct err *) MUST_CHECK;
int outcome_decode(struct arena *, const cJSON *, struct outcome *ret, struct err *) MUST_CHECK;

#endif

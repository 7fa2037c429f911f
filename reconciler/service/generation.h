/* generation.h - what an agent's containers are made from, as the store remembers it. */
#ifndef SERVICE_GENERATION_H
#define SERVICE_GENERATION_H

#include "base/digest.h"
#include "core/plan.h"
#include "store/store.h"

/* Notes what is in force for an agent that is in sync. */
int generation_record(struct store *, const struct digest_key *, const struct agent_plan *,
                      const char *cause, struct err *) MUST_CHECK;

#endif

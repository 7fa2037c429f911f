/* prove.h - what `verify` wants to know besides a look: does each container answer, what would the
 * next call fetch, what do the logs say of the last one. */
#ifndef REACH_PROVE_H
#define REACH_PROVE_H

#include "control/session.h"
#include "doctor/verify.h"

/* Sends nothing but GET.  Whatever cannot be found out is a fact of its own; -1 only if the engine
 * does not answer at all. */
int prove(struct session *, struct arena *, const struct look *, struct verify_facts *,
          struct err *) MUST_CHECK;

#endif

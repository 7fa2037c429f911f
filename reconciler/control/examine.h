/* examine.h - what `doctor` wants to know besides a look: networks, everybody on the engine, and
 * whether connections can be counted here. */
#ifndef CONTROL_EXAMINE_H
#define CONTROL_EXAMINE_H

#include "control/session.h"
#include "doctor/doctor.h"

/* Fills the facts about the engine; those about the service and the state folder are left alone. */
int examine(struct session *, struct arena *, const struct look *, struct doctor_facts *,
            struct err *) MUST_CHECK;

/* One network, asked for now. */
int examine_network(struct session *, struct arena *, const char *name, struct network *ret,
                    struct err *) MUST_CHECK;

#endif

/* settings.h - parts that are to fetch their settings at each call (`config: per_call`), and where
 * the service would have to be for them to reach it.  Pure. */
#ifndef DOCTOR_SETTINGS_H
#define DOCTOR_SETTINGS_H

#include "core/plan.h"

struct unreached {
    const struct agent *agent;
    const struct role_plan *role;
    bool of_nobody; /* nobody is named who has its settings; else it is the service, unreachable */
};

/* The first such part; false: there is none.  listens: the service can be reached by containers. */
bool settings_unreached(const struct plan *, bool listens, struct unreached *ret);

/* The options that bring the service into reach of the containers of a network: "--listen
 * 127.0.0.1:6100,172.18.0.1:6100 --advertise http://172.18.0.1:6100".  listen: where it listens
 * now; NULL: containers reach that, and only the second option is missing.  network may be one that
 * is missing: then there is a word in place of what is not known. */
const char *settings_options(struct arena *, const struct network *, const char *listen,
                             const char *port);

#endif

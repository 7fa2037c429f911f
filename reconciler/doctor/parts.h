/* parts.h - the pieces of doctor_find(), private to it: one file for each place where a
 * fault may be. */
#ifndef DOCTOR_PARTS_H
#define DOCTOR_PARTS_H

#include "base/array.h"
#include "doctor/doctor.h"

struct doctor {
    struct arena *arena;
    const struct doctor_input *in;
    ARRAY(struct finding) found;
};

void doctor_report(struct doctor *, const struct finding *);

const char *doctor_word(struct arena *, const char *); /* quoted for a shell where it must be */

/* The running box that others reach by this name, its own or an alias; NULL: none of ours. */
const struct box *doctor_box_at(const struct observed *, const char *host);

void doctor_wiring(struct doctor *);   /* what containers were told of each other */
void doctor_agents(struct doctor *);   /* what runs of each agent */
void doctor_database(struct doctor *); /* rows that do not fit together */
void doctor_networking(struct doctor *);
void doctor_settings(struct doctor *); /* who is asked for settings at each call */
void doctor_place(struct doctor *);    /* this machine: service, state, witnesses, neighbours */

#endif

/* doctor.h - faults of the wiring: what stands in the way of calls, or will, though nothing may
 * differ from what is asked for.
 *
 * Pure: facts that only the engine or this machine know are given. */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include "core/plan.h"

enum severity {
    SEVERITY_ERROR,   /* calls fail now, or nothing can be changed */
    SEVERITY_WARNING, /* something will go wrong when something else happens */
    SEVERITY_HINT,
    SEVERITY__N
};

struct finding {
    enum severity severity;
    const char *kind;             /* for programs: "stale-url" */
    const struct agent *agent;    /* NULL: about none, or several */
    const char *role, *container; /* may be NULL */
    const char *what, *why;       /* sentences */
    const char *advice, *command; /* what mends it: at least one; a command runs as it is */
};

struct findings {
    const struct finding *items; /* gravest first */
    size_t n;
};

/* A container of the engine, whosever it is. */
struct neighbour {
    const char *name, *image;
    bool running;
};

enum service_sign {
    SERVICE_NONE,
    SERVICE_ANSWERS,
    SERVICE_DEAD,    /* it left its socket behind */
    SERVICE_SILENT,  /* its socket is open and nobody answers */
    SERVICE_REFUSES, /* not for this user, or it is full */
    SERVICE_FOREIGN, /* something else is there */
};

struct doctor_facts {
    const struct network *networks; /* all that are wanted; see doctor_networks() */
    size_t n_networks;
    const struct neighbour *neighbours;
    size_t n_neighbours;
    bool sockets_readable; /* connections of calls can be counted, or no container runs */
    const char *state_dir;
    const char *state_problem; /* why it cannot be written; NULL: it can */
    enum service_sign service;
    const char *service_text; /* a sentence, unless there is none or it answers */
};

struct doctor_input {
    const struct spec *spec;
    const struct database *database;
    const struct desired *desired;
    const struct observed *observed;
    const struct plan *plan;
    const struct host *host;
    const struct doctor_facts *facts;
};

/* The names of the networks that containers are to be on.  Returns how many. */
size_t doctor_networks(struct arena *, const struct plan *, const char *const **ret);

struct findings doctor_find(struct arena *, const struct doctor_input *);

/* The program with a verb for one agent: "avr-reconciler apply 'Night desk'". */
const char *doctor_command(struct arena *, const char *verb, const struct agent *);

#endif

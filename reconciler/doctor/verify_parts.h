/* verify_parts.h - the pieces of verify_all(), private to it. */
#ifndef DOCTOR_VERIFY_PARTS_H
#define DOCTOR_VERIFY_PARTS_H

#include "base/array.h"
#include "doctor/verify.h"

struct verifying {
    struct arena *arena;
    const struct verify_input *in;
    const struct agent_plan *agent;
    const struct role_plan *role;  /* being checked; NULL: the agent as a whole */
    const struct box_facts *facts; /* of its live box; NULL: there are none */
    ARRAY(struct check) list;
};

void verify_say(struct verifying *, enum check_state, const char *kind, const char *text);

/* NULL: none were gathered. */
const struct box_facts *verify_facts_of(const struct verify_facts *, const struct box *);

/* A list of names for a sentence: the first few, and how many more. */
struct few {
    struct text *text;
    size_t n;
};
void few_add(struct few *, const char *name);
void few_end(struct few *);

void verify_config(struct verifying *); /* the endpoint, the way to it, and that it was used */
void verify_wiring(struct verifying *); /* what core was told of the others */

#endif

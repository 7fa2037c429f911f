/* resolve_parts.h - the pieces of resolve_agent(), private to it. */
#ifndef CORE_RESOLVE_PARTS_H
#define CORE_RESOLVE_PARTS_H

#include "core/env.h"
#include "core/slot.h"

struct resolving { /* one agent while it is being resolved */
    struct arena *arena;
    const struct desired *desired;
    const struct agent *agent;
    const struct observed *observed;
    const struct digest_key *key;
    struct slot slots[ROLE__N];
    bool rolls_back;       /* to the agent's goal, and nothing is in the way */
    unsigned back;         /* ROLE_BITs of those that are to be what was last good */
    struct wanted *wanted; /* [ROLE__N] */
};

/* image_ref, image_id, note and pull, by the policy; or problem. */
void resolve_image(struct resolving *, struct wanted *, const struct box *from);

/* Everything but image and environment: what was asked for, and the rest as it is in `from`. */
void resolve_settings(struct resolving *, struct wanted *, const struct box *from);

/* PORT, aliases and core's URLs of all roles; the environments are complete after it. */
void resolve_environment(struct resolving *);

#endif

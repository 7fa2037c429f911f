/* env.h - building an environment: later layers win, the result is sorted and unique. */
#ifndef CORE_ENV_H
#define CORE_ENV_H

#include "base/array.h"
#include "core/inputs.h"

struct env_build {
    struct arena *arena;
    ARRAY(struct env_var) vars;
};

void env_put(struct env_build *, const struct env_var *); /* replaces a variable of the same name */
void env_put_all(struct env_build *, const struct env_list *);
struct env_list env_done(struct env_build *); /* sorted by name */

/* Of a finished (sorted) list; NULL if it has no such name. */
const struct env_var *env_get(const struct env_list *, const char *name);

#endif

/* hide.h - the secrets of a container, taken out of what it wrote. */
#ifndef CORE_HIDE_H
#define CORE_HIDE_H

#include "base/arena.h"
#include "core/inputs.h"

struct box;
struct container_spec;

/* The text with every value of env that is secret or looks it, and every capability token, as
 * "(hidden)"; the text itself where there is none.  Values shorter than 6 bytes stay: they would be
 * found in any word. */
const char *hide_secrets(struct arena *, const char *text, const struct env_list *env);

/* A box's own variables, and those that are asked for (spec may be NULL): what a source calls a
 * secret is one in the box, too, whatever its name looks like. */
struct env_list hide_list(struct arena *, const struct box *, const struct container_spec *);

#endif

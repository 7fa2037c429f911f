/* settings.h - laying one mapping of a spec over another: what the upper one says wins. */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include "core/inputs.h"

/* Environment, labels and logging options are merged by key, volumes by their target (an empty
 * list drops those below), every other field is replaced as a whole when it is said. */
void settings_overlay(struct arena *, struct settings *base, const struct settings *over);

/* As settings_overlay(), for `update` and `drain`. */
void rollout_overlay(struct rollout *base, const struct rollout *over);

/* The place inside the container of "source:target[:mode]"; *ret_len is its length. */
const char *volume_target(const char *volume, size_t *ret_len);
bool volume_same_target(const char *a, const char *b);

#endif

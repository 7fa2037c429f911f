/* schema_checks.h - what a pattern cannot say about a text; the `check` of a schema field. */
#ifndef SOURCE_SCHEMA_CHECKS_H
#define SOURCE_SCHEMA_CHECKS_H

#include "base/arena.h"

/* Each returns NULL, or the reason in words that fit behind "…: ". */
const char *check_image(struct arena *, const char *);
const char *check_pull_policy(struct arena *, const char *);
const char *check_ports(struct arena *, const char *);
const char *check_window(struct arena *, const char *);
const char *check_live_key(struct arena *, const char *);
const char *check_network(struct arena *, const char *);

#endif

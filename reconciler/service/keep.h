/* keep.h - the store's upkeep: that it works, and that it does not grow for ever. */
#ifndef SERVICE_KEEP_H
#define SERVICE_KEEP_H

#include "base/err.h"

struct service;

/* To be called once a round: one stat() most of the time, and every hour what is too old or too
 * much is forgotten. */
void keep_round(struct service *);

/* What a call of the store returned: its failures are one condition, told once a cause. */
void keep_said(struct service *, int result, const struct err *);

#endif

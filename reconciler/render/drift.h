/* drift.h - the differences of one role as lines of a diff. */
#ifndef RENDER_DRIFT_H
#define RENDER_DRIFT_H

#include "render/parts.h"

/* Those drifts for which `wanted` is true, in their order, as aligned lines. */
void put_drifts(struct text *, const struct render *, const struct role_plan *,
                bool (*wanted)(const struct drift *));

#endif

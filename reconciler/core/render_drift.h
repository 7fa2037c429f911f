/* render_drift.h - the differences of one role as lines of a diff. */
#ifndef CORE_RENDER_DRIFT_H
#define CORE_RENDER_DRIFT_H

#include "core/render_parts.h"

/* Those drifts for which `wanted` is true, in their order, as aligned lines. */
void put_drifts(struct text *, const struct render *, const struct role_plan *,
                bool (*wanted)(const struct drift *));

#endif

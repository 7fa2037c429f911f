/* timestamp.h - a moment as programs read it. */
#ifndef TELL_TIMESTAMP_H
#define TELL_TIMESTAMP_H

#include <stdint.h>

#include "base/arena.h"

/* Milliseconds since 1970 as RFC 3339 in UTC: "2026-11-22T13:14:15.678Z". */
const char *timestamp_utc(struct arena *, int64_t wall_ms);

#endif

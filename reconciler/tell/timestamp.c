#include "tell/timestamp.h"

#include <time.h>

const char *timestamp_utc(struct arena *a, int64_t wall_ms)
{
    time_t s = (time_t)(wall_ms / 1000);
    char buf[32];
    struct tm tm;

    gmtime_r(&s, &tm);
    strftime(buf, sizeof buf, "%Y-%m-%dT%H:%M:%S", &tm);
    return arena_printf(a, "%s.%03dZ", buf, (int)(wall_ms % 1000));
}

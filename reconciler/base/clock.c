#include "base/clock.h"

static int64_t read_ms(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t mono_ms(void)
{
    return read_ms(CLOCK_MONOTONIC);
}

int64_t wall_ms(void)
{
    static int64_t offset; /* wall minus monotonic, as it was at the first call */

    if (!offset)
        offset = read_ms(CLOCK_REALTIME) - mono_ms();
    return offset + mono_ms();
}

void local_now(struct tm *ret)
{
    time_t now = (time_t)(read_ms(CLOCK_REALTIME) / 1000);

    tzset(); /* the zone may be another one by now */
    localtime_r(&now, ret);
}

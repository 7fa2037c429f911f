#include "clock.h"

#include <stdio.h>
#include <time.h>

int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_sleep_until(int64_t deadline)
{
    int64_t left = deadline - clock_ms();
    if (left <= 0)
        return;
    struct timespec pause = {.tv_sec = (time_t)(left / 1000), .tv_nsec = (left % 1000) * 1000000};
    nanosleep(&pause, NULL);
}

void clock_iso8601(char text[static CLOCK_ISO8601_SIZE])
{
    struct timespec now;
    struct tm utc;
    char seconds[20];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text, CLOCK_ISO8601_SIZE, "%s.%03uZ", seconds,
             (unsigned)(now.tv_nsec / 1000000) % 1000U);
}

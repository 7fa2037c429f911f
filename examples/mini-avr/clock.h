#ifndef MINI_CLOCK_H
#define MINI_CLOCK_H

/*
 * Time.  Deadlines everywhere in mini-AVR are milliseconds of clock_ms(),
 * which never jumps; wall time is only ever printed.
 */

#include <stdint.h>

enum { CLOCK_ISO8601_SIZE = 25 };

/* Milliseconds of the monotonic clock. */
int64_t clock_ms(void);

/* Sleep until clock_ms() reaches the deadline, or a signal arrives. */
void clock_sleep_until(int64_t deadline);

/* Wall time in UTC, as 2026-11-22T09:00:01.000Z. */
void clock_iso8601(char text[static CLOCK_ISO8601_SIZE]);

#endif

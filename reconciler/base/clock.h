/* clock.h - time that never jumps.
 *
 * Deadlines are kept on the monotonic clock.  Names and rows carry wall-clock times, so the wall
 * clock is read once, when the process starts, and carried on monotonically from there. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

int64_t mono_ms(void);
int64_t wall_ms(void);

/* What the clock on the wall shows, in the time zone of TZ.  This one does jump, when somebody sets
 * it: hours that people wrote are meant by it. */
void local_now(struct tm *ret);

#endif

/* retry.h - how soon an agent may be worked on again.
 *
 * What failed is tried again after 1 s, 2 s, 4 s … at most an hour, each a little more or less so
 * that agents do not march in step.  A success alone refills nothing: a container that dies a
 * minute after each start would be started for ever.  Only ten quiet minutes do, or another wish.
 */
#ifndef SERVICE_RETRY_H
#define SERVICE_RETRY_H

#include <stdint.h>

struct retries;

struct retries *retries_new(void);
void retries_free(struct retries *); /* NULL is fine */

/* Times are monotonic milliseconds. */

/* The agent was tried: it failed, or it had to be started again.  jitter: 0 to 1, a random number.
 * wish: what was asked for (core/wish.h). */
void retry_note(struct retries *, const char *agent_id, const char *wish, int64_t now_ms,
                double jitter);

/* From when on it may be tried again: 0 if at once. */
int64_t retry_due_ms(const struct retries *, const char *agent_id, const char *wish,
                     int64_t now_ms);

/* Somebody asked for it: at once. */
void retry_forgive(struct retries *, const char *agent_id);

#endif

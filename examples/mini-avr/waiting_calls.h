#ifndef MINI_WAITING_CALLS_H
#define MINI_WAITING_CALLS_H

/*
 * Calls that were announced by POST /call and whose AudioSocket has not come
 * yet.  A few hundred at most; an announcement that nobody follows is dropped
 * after two minutes.
 */

#include "uuid.h"
#include "webhook.h"

#include <stdbool.h>

/* Remember a call and the connector the webhook chose for it (may be empty). */
void waiting_calls_add(const char uuid[static UUID_TEXT_SIZE], const char *sts_url);

/* Take a call out; false when it was never announced. */
bool waiting_calls_take(const char uuid[static UUID_TEXT_SIZE],
                        char ret_sts_url[static WEBHOOK_STS_URL_SIZE]);

#endif

#ifndef MINI_WEBHOOK_H
#define MINI_WEBHOOK_H

/*
 * Core's reports about its calls to $WEBHOOK_URL.  Events are posted by one
 * thread in the order they happened, without retry, so that a slow receiver
 * never holds up audio; when too many wait, new ones are dropped and logged.
 * Without WEBHOOK_URL every function does nothing.
 */

#include "uuid.h"

#include <stddef.h>

enum { WEBHOOK_STS_URL_SIZE = 512 };

/* Start the posting thread; call once. */
int webhook_start(void);

/*
 * Report call_initiated and wait for the answer (3 s at most): it may name the
 * connector to use.  ret_sts_url becomes that address, or empty.
 */
void webhook_initiate(const char uuid[static UUID_TEXT_SIZE], const char *payload,
                      char ret_sts_url[static WEBHOOK_STS_URL_SIZE]);

/* Report any other event; payload is a JSON text. */
void webhook_post(const char uuid[static UUID_TEXT_SIZE], const char *type, const char *payload);

#endif

/* webhook_url.h - the address of a webhook. */
#ifndef NET_WEBHOOK_URL_H
#define NET_WEBHOOK_URL_H

#include "base/arena.h"

/* Its parts: "https://hooks.slack.com" and "/services/…".  ERR_INVALID, without a word of the
 * address, which may be a secret, if it is none: http or https, no user name, no fragment. */
int webhook_url(struct arena *, const char *url, const char **ret_base, const char **ret_path,
                struct err *) MUST_CHECK;

#endif

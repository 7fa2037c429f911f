/* ask.h - one HTTP request, waited for. */
#ifndef NET_ASK_H
#define NET_ASK_H

#include "base/arena.h"
#include "net/http.h"

struct ev_loop;

/* Runs the loop until the answer is there; its texts live in the arena.  Errors are http_send()'s.
 */
int http_ask(struct ev_loop *, struct http *, const struct endpoint *, const struct http_request *,
             struct arena *, struct http_response *ret, struct err *) MUST_CHECK;

#endif

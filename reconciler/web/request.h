/* request.h - what is asked.  It lives until it is answered; everything returned dies with it. */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct sockaddr;
struct web_request;

const char *web_method(const struct web_request *);
const char *web_path(const struct web_request *); /* as it was sent, without the query */

/* Decoded: well-formed UTF-8, no control character; a parameter holds no slash either. */
const char *web_param(const struct web_request *, const char *name); /* of a {name} of the route */
const char *web_query(const struct web_request *, const char *name); /* NULL: not given */

const char *web_header(const struct web_request *, const char *name); /* NULL: not there */

/* Complete before the handler is called, with a NUL behind it; "" if there is none. */
const char *web_body(const struct web_request *, size_t *ret_len);

const struct sockaddr *web_peer(const struct web_request *);
bool web_is_local(const struct web_request *); /* its peer is this machine, by the loopback */

struct arena *web_arena(struct web_request *);

/* Who asks: set by the gate, read by the handler. */
void web_set_identity(struct web_request *, const void *);
const void *web_identity(const struct web_request *);

#endif

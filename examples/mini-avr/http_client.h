#ifndef MINI_HTTP_CLIENT_H
#define MINI_HTTP_CLIENT_H

/*
 * One HTTP request on a fresh connection, with one time limit for all of it:
 * name lookup, connect, request, answer.  The name is looked up every time.
 */

#include "buffer.h"

#include <stdbool.h>
#include <stddef.h>

struct http_request {
    const char *method;
    const char *url;
    const char *headers; /* ready lines, each with CRLF; may be NULL */
    const char *type;    /* content type of the body; may be NULL */
    const void *body;
    size_t length;
    bool is_chunked; /* send the body in chunks, as a stream would */
    int timeout_ms;
};

/*
 * Returns the status of the answer, its body appended to answer (bounded by
 * its maximum), or -1 with *ret_reason.
 */
int http_fetch(const struct http_request *request, struct buffer *answer, const char **ret_reason);

#endif

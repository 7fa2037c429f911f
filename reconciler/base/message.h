/* message.h - an HTTP request and its answer, as plain data. */
#ifndef BASE_MESSAGE_H
#define BASE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

struct http_request {
    const char *method;         /* "GET", "POST", "DELETE", "HEAD" */
    const char *path;           /* from the slash on, already escaped */
    const char *body;           /* JSON text, or NULL */
    const char *const *headers; /* further "Name: value" lines, NULL-terminated; or NULL */
    enum {
        HTTP_WHOLE,        /* done when the whole answer was read */
        HTTP_HEAD_ONLY,    /* done with the answer's head, e.g. a 101 to an upgrade */
        HTTP_CONNECT_ONLY, /* done when the connection stands; status is 0 */
    } until;
    bool fresh; /* over a new connection: a server that goes away serves those it has for a while */
    bool in_pieces; /* a body that is told as it comes is no text: pieces, not lines */
    /* In all three 0 is no limit; connecting has its own, 5 s. */
    unsigned first_byte_ms; /* longest wait for the first byte of the answer, connecting included */
    unsigned stall_ms;      /* longest silence after that */
    unsigned total_ms;
    size_t max_body; /* a longer answer is an error */
};

struct http_response {
    int status;
    const char *body; /* NUL-terminated behind len bytes */
    size_t len;
    const char *server;      /* the Server header, "" if there was none */
    const char *api_version; /* the Api-Version header, "" if there was none */
    const char *retry_after; /* the Retry-After header, "" if there was none */
};

#endif

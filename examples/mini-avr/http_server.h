#ifndef MINI_HTTP_SERVER_H
#define MINI_HTTP_SERVER_H

/*
 * A small HTTP server: one request per connection, the whole body read before
 * the handler runs, the answer whole or streamed in chunks.
 */

#include "buffer.h"
#include "http_message.h"
#include "stream.h"

#include <stdbool.h>

enum { HTTP_MAX_REQUEST = 4 * 1024 * 1024 };

/* One request and the way to answer it. */
struct http_exchange {
    struct stream *stream;
    const char *method;
    const char *path; /* without the query */
    struct http_head head;
    struct buffer body;
};

/* Answers one request, by http_reply or by the three http_reply_ functions of a stream. */
typedef void http_handler(struct http_exchange *exchange, void *context);

/* Listen on a port and serve for ever; returns an exit status when that fails. */
int http_serve(uint16_t port, http_handler *handler, void *context);

/* Is this the request method path? */
bool http_is(const struct http_exchange *exchange, const char *method, const char *path);

/* Answer in one piece; body is JSON. */
void http_reply(struct http_exchange *exchange, int status, const char *body);

/* Answer 200 piece by piece; a piece that cannot be sent is dropped with the connection. */
void http_reply_begin(struct http_exchange *exchange, const char *type);
void http_reply_piece(struct http_exchange *exchange, const void *bytes, size_t length);
void http_reply_end(struct http_exchange *exchange);

#endif

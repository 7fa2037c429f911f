#include "http_server.h"

#include "clock.h"
#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_MS = 5000, BODY_MS = 15000, REPLY_MS = 5000 };

struct service {
    http_handler *handler;
    void *context;
};

static const char *status_text(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 404:
        return "Not Found";
    case 413:
        return "Content Too Large";
    default:
        return "Internal Server Error";
    }
}

void http_reply(struct http_exchange *exchange, int status, const char *body)
{
    struct buffer out;
    buffer_init(&out, HTTP_MAX_REQUEST);
    buffer_format(&out,
                  "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n"
                  "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                  status, status_text(status), strlen(body));
    buffer_text(&out, body);
    stream_write(exchange->stream, out.data, out.length, clock_ms() + REPLY_MS);
    buffer_free(&out);
}

void http_reply_begin(struct http_exchange *exchange, const char *type)
{
    struct buffer out;
    buffer_init(&out, HTTP_MAX_HEAD);
    buffer_format(&out,
                  "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n"
                  "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
                  type);
    stream_write(exchange->stream, out.data, out.length, clock_ms() + REPLY_MS);
    buffer_free(&out);
}

void http_reply_piece(struct http_exchange *exchange, const void *bytes, size_t length)
{
    if (length > 0)
        http_write_chunk(exchange->stream, bytes, length, clock_ms() + REPLY_MS);
}

void http_reply_end(struct http_exchange *exchange)
{
    http_write_chunk(exchange->stream, "", 0, clock_ms() + REPLY_MS);
}

bool http_is(const struct http_exchange *exchange, const char *method, const char *path)
{
    return strcmp(exchange->method, method) == 0 && strcmp(exchange->path, path) == 0;
}

/* Cut the request line "METHOD PATH?QUERY VERSION" into its words, in place. */
static bool split_request_line(struct http_exchange *exchange)
{
    char *line = exchange->head.lines;
    char *path = strchr(line, ' ');
    char *version = path == NULL ? NULL : strchr(path + 1, ' ');
    if (version == NULL || strncmp(version + 1, "HTTP/1.", 7) != 0)
        return false;
    *path++ = '\0';
    *version = '\0';
    path[strcspn(path, "?")] = '\0';
    exchange->method = line;
    exchange->path = path;
    return path[0] == '/';
}

static void serve_connection(struct stream *stream, void *context)
{
    const struct service *service = context;
    struct http_exchange *exchange = malloc(sizeof(*exchange));
    if (exchange == NULL)
        return;
    exchange->stream = stream;
    buffer_init(&exchange->body, HTTP_MAX_REQUEST);
    if (http_read_head(stream, &exchange->head, clock_ms() + HEAD_MS) != 0)
        goto done;
    bool expects = http_header_has(&exchange->head, "Expect", "100-continue");
    if (expects)
        stream_write(stream, "HTTP/1.1 100 Continue\r\n\r\n", 25, clock_ms() + REPLY_MS);
    int64_t deadline = clock_ms() + BODY_MS;
    if (http_read_body(stream, &exchange->head, false, &exchange->body, deadline) != 0)
        http_reply(exchange, exchange->body.overflowed ? 413 : 400, "{\"status\":\"bad body\"}");
    else if (!split_request_line(exchange))
        http_reply(exchange, 400, "{\"status\":\"bad request\"}");
    else
        service->handler(exchange, service->context);
done:
    buffer_free(&exchange->body);
    free(exchange);
}

int http_serve(uint16_t port, http_handler *handler, void *context)
{
    struct service service = {handler, context};
    int listener = net_listen(port);
    if (listener >= 0)
        net_serve(listener, serve_connection, &service);
    return 1;
}

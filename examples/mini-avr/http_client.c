#include "http_client.h"

#include "clock.h"
#include "http_message.h"
#include "net.h"
#include "url.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_SIZE = 1600 };

static int send_chunks(struct stream *stream, const struct http_request *request, int64_t deadline)
{
    const char *body = request->body;
    for (size_t sent = 0; sent < request->length;) {
        size_t left = request->length - sent;
        size_t length = left < CHUNK_SIZE ? left : CHUNK_SIZE;
        if (http_write_chunk(stream, body + sent, length, deadline) != 0)
            return -1;
        sent += length;
    }
    return http_write_chunk(stream, "", 0, deadline);
}

static int send_request(struct stream *stream, const struct http_request *request,
                        const struct url *url, int64_t deadline)
{
    struct buffer head;
    buffer_init(&head, HTTP_MAX_HEAD);
    buffer_format(&head, "%s %s HTTP/1.1\r\nHost: %s:%u\r\nConnection: close\r\n", request->method,
                  url->path, url->host, url->port);
    if (request->type != NULL)
        buffer_format(&head, "Content-Type: %s\r\n", request->type);
    if (request->headers != NULL)
        buffer_text(&head, request->headers);
    if (request->is_chunked)
        buffer_text(&head, "Transfer-Encoding: chunked\r\n");
    else if (request->body != NULL)
        buffer_format(&head, "Content-Length: %zu\r\n", request->length);
    buffer_text(&head, "\r\n");
    int error = head.overflowed ? -1 : stream_write(stream, head.data, head.length, deadline);
    buffer_free(&head);
    if (error != 0)
        return -1;
    if (request->is_chunked)
        return send_chunks(stream, request, deadline);
    return stream_write(stream, request->body, request->length, deadline);
}

static int read_answer(struct stream *stream, struct buffer *answer, const char **ret_reason,
                       int64_t deadline)
{
    struct http_head head;
    if (http_read_head(stream, &head, deadline) != 0) {
        *ret_reason = stream_reason();
        return -1;
    }
    int status =
        strncmp(head.lines, "HTTP/1.", 7) == 0 && head.length > 12 ? atoi(head.lines + 9) : 0;
    *ret_reason = "answer is not HTTP";
    if (status < 100 || status > 599)
        return -1;
    if (http_read_body(stream, &head, true, answer, deadline) != 0) {
        *ret_reason = stream_reason();
        return -1;
    }
    return status;
}

int http_fetch(const struct http_request *request, struct buffer *answer, const char **ret_reason)
{
    struct url url;
    struct stream stream;
    int64_t deadline = clock_ms() + request->timeout_ms;
    *ret_reason = "not an http:// address";
    if (!url_parse(request->url, &url) || url.is_websocket)
        return -1;
    if (net_dial(&stream, url.host, url.port, deadline, ret_reason) != 0)
        return -1;
    int status = -1;
    if (send_request(&stream, request, &url, deadline) != 0)
        *ret_reason = stream_reason();
    else
        status = read_answer(&stream, answer, ret_reason, deadline);
    stream_close(&stream);
    return status;
}

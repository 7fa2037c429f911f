#include "base64.h"
#include "clock.h"
#include "sha1.h"
#include "websocket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { HANDSHAKE_MS = 5000, KEY_SIZE = 16, ACCEPT_SIZE = 32 };

/* What a server must answer to a key, to show that it speaks WebSocket. */
static void make_accept(const char *key, size_t key_length, char accept[static ACCEPT_SIZE])
{
    struct buffer text;
    unsigned char digest[SHA1_SIZE];
    buffer_init(&text, 256);
    buffer_append(&text, key, key_length);
    buffer_text(&text, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    sha1(buffer_cstr(&text), text.length, digest);
    buffer_reset(&text);
    base64_encode(&text, digest, sizeof(digest));
    snprintf(accept, ACCEPT_SIZE, "%s", buffer_cstr(&text));
    buffer_free(&text);
}

static void ws_init(struct websocket *ws, struct stream *stream, bool is_client)
{
    ws->stream = stream;
    ws->is_client = is_client;
    ws->is_partial = false;
    ws->is_over = false;
    buffer_init(&ws->message, WS_MAX_MESSAGE);
}

int ws_accept(struct websocket *ws, struct stream *stream)
{
    static const char refusal[] = "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\n"
                                  "Content-Length: 0\r\nConnection: close\r\n\r\n";
    struct http_head head;
    int64_t deadline = clock_ms() + HANDSHAKE_MS;
    if (http_read_head(stream, &head, deadline) != 0)
        return -1;
    const char *key = http_header(&head, "Sec-WebSocket-Key");
    if (strncmp(head.lines, "GET /", 5) != 0 || key == NULL || strlen(key) > 64 ||
        !http_header_has(&head, "Upgrade", "websocket")) {
        stream_write(stream, refusal, sizeof(refusal) - 1, deadline);
        return -1;
    }
    char accept[ACCEPT_SIZE], answer[256];
    make_accept(key, strcspn(key, " \t"), accept);
    int length = snprintf(answer, sizeof(answer),
                          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                          accept);
    if (stream_write(stream, answer, (size_t)length, deadline) != 0)
        return -1;
    ws_init(ws, stream, false);
    return 0;
}

static int send_upgrade(struct stream *stream, const struct url *url, const char *key,
                        int64_t deadline)
{
    struct buffer head;
    buffer_init(&head, HTTP_MAX_HEAD);
    buffer_format(&head,
                  "GET %s HTTP/1.1\r\nHost: %s:%u\r\nUpgrade: websocket\r\n"
                  "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: %s\r\n\r\n",
                  url->path, url->host, url->port, key);
    int error = stream_write(stream, buffer_cstr(&head), head.length, deadline);
    buffer_free(&head);
    return error;
}

int ws_connect(struct websocket *ws, struct stream *stream, const struct url *url, int64_t deadline,
               const char **ret_reason)
{
    unsigned char random[KEY_SIZE];
    char accept[ACCEPT_SIZE];
    struct http_head head;
    struct buffer key;
    *ret_reason = "no random bytes";
    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return -1;
    buffer_init(&key, 64);
    base64_encode(&key, random, sizeof(random));
    make_accept(buffer_cstr(&key), key.length, accept);
    int error = send_upgrade(stream, url, buffer_cstr(&key), deadline);
    buffer_free(&key);
    if (error != 0 || http_read_head(stream, &head, deadline) != 0) {
        *ret_reason = stream_reason();
        return -1;
    }
    const char *answer = http_header(&head, "Sec-WebSocket-Accept");
    *ret_reason = "the peer does not speak WebSocket";
    if (strncmp(head.lines, "HTTP/1.1 101", 12) != 0 || answer == NULL ||
        strcmp(answer, accept) != 0)
        return -1;
    ws_init(ws, stream, true);
    return 0;
}

#ifndef MINI_WEBSOCKET_H
#define MINI_WEBSOCKET_H

/*
 * WebSocket (RFC 6455) over a stream, both ends of it, without extensions.
 * The caller owns the stream and keeps it open as long as the websocket.
 */

#include "buffer.h"
#include "http_message.h"
#include "stream.h"
#include "url.h"

#include <stdbool.h>
#include <stdint.h>

enum { WS_MAX_MESSAGE = 128 * 1024 };

struct websocket {
    struct stream *stream;
    bool is_client;
    bool is_partial; /* message holds the beginning of a fragmented message */
    bool is_over;    /* closed by the peer, or lost: nothing more may be sent */
    struct buffer message;
};

/* What one frame brought. */
enum ws_event {
    WS_MESSAGE, /* websocket.message is a whole message, until the next ws_receive */
    WS_NOTHING, /* a fragment or a control frame, dealt with */
    WS_CLOSED,  /* the peer said goodbye; it was answered */
    WS_LOST,    /* the connection broke, timed out, or talks nonsense */
};

/* Server side: read the upgrade request and answer it.  0, or -1 after a refusal. */
int ws_accept(struct websocket *ws, struct stream *stream);

/* Client side: ask for the upgrade on a connected stream.  0, or -1 with *ret_reason. */
int ws_connect(struct websocket *ws, struct stream *stream, const struct url *url, int64_t deadline,
               const char **ret_reason);

/* Receive one frame; pings are answered here. */
enum ws_event ws_receive(struct websocket *ws, int64_t deadline);

/* Send a text message in one frame; 0 or -1 with errno. */
int ws_send_text(struct websocket *ws, const void *text, size_t length);

/* Say goodbye, unless the peer did so before, and free the message. */
void ws_close(struct websocket *ws);

#endif

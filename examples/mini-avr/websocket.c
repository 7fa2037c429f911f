#include "websocket.h"

#include "clock.h"

#include <string.h>
#include <sys/random.h>

enum {
    OP_CONTINUATION = 0x0,
    OP_TEXT = 0x1,
    OP_BINARY = 0x2,
    OP_CLOSE = 0x8,
    OP_PING = 0x9,
    OP_PONG = 0xa,
    FINAL = 0x80,
    RESERVED = 0x70,
    MASKED = 0x80,
    MAX_CONTROL = 125,
    FRAME_MS = 5000, /* a frame that has begun must be complete by then */
    SEND_MS = 5000,
};

struct frame {
    unsigned opcode;
    bool is_final;
    bool is_masked;
    size_t length;
    unsigned char mask[4];
};

static void apply_mask(unsigned char *bytes, size_t length, const unsigned char mask[static 4])
{
    for (size_t i = 0; i < length; i++)
        bytes[i] ^= mask[i % 4];
}

static int send_frame(struct websocket *ws, unsigned opcode, const void *bytes, size_t length)
{
    unsigned char head[14] = {(unsigned char)(FINAL | opcode)};
    unsigned size_bytes = length <= 125 ? 0 : length <= UINT16_MAX ? 2 : 8;
    unsigned char mask_bit = ws->is_client ? MASKED : 0;
    struct buffer out;
    size_t short_size = size_bytes == 0 ? length : size_bytes == 2 ? 126 : 127;
    head[1] = (unsigned char)(mask_bit | short_size);
    for (unsigned i = 0; i < size_bytes; i++)
        head[2 + i] = (unsigned char)((uint64_t)length >> (8 * (size_bytes - 1 - i)));
    buffer_init(&out, WS_MAX_MESSAGE + sizeof(head));
    buffer_append(&out, head, 2 + size_bytes);
    if (ws->is_client) {
        unsigned char mask[4] = {0};
        if (getrandom(mask, sizeof(mask), 0) != (ssize_t)sizeof(mask))
            memset(mask, 0, sizeof(mask));
        buffer_append(&out, mask, sizeof(mask));
        size_t body = out.length;
        buffer_append(&out, bytes, length);
        if (!out.overflowed)
            apply_mask((unsigned char *)out.data + body, length, mask);
    } else {
        buffer_append(&out, bytes, length);
    }
    int error = -1;
    if (!out.overflowed)
        error = stream_write(ws->stream, out.data, out.length, clock_ms() + SEND_MS);
    buffer_free(&out);
    return error;
}

static int read_frame_head(struct websocket *ws, struct frame *frame, int64_t deadline)
{
    unsigned char head[2], size[8];
    if (stream_read(ws->stream, head, 1, deadline) != 0)
        return -1;
    deadline = clock_ms() + FRAME_MS;
    if (stream_read(ws->stream, head + 1, 1, deadline) != 0)
        return -1;
    frame->opcode = head[0] & 0x0f;
    frame->is_final = (head[0] & FINAL) != 0;
    frame->is_masked = (head[1] & MASKED) != 0;
    frame->length = head[1] & 0x7f;
    size_t size_bytes = frame->length == 126 ? 2 : frame->length == 127 ? 8 : 0;
    if (size_bytes > 0) {
        if (stream_read(ws->stream, size, size_bytes, deadline) != 0)
            return -1;
        uint64_t length = 0;
        for (size_t i = 0; i < size_bytes; i++)
            length = length << 8 | size[i];
        if (length > WS_MAX_MESSAGE)
            return -1;
        frame->length = (size_t)length;
    }
    /* A client must mask and a server must not; reserved bits belong to extensions. */
    if ((head[0] & RESERVED) != 0 || frame->is_masked == ws->is_client)
        return -1;
    return frame->is_masked ? stream_read(ws->stream, frame->mask, 4, deadline) : 0;
}

static enum ws_event receive_control(struct websocket *ws, const struct frame *frame)
{
    unsigned char payload[MAX_CONTROL];
    if (frame->length > MAX_CONTROL || !frame->is_final ||
        stream_read(ws->stream, payload, frame->length, clock_ms() + FRAME_MS) != 0)
        return WS_LOST;
    if (frame->is_masked)
        apply_mask(payload, frame->length, frame->mask);
    switch (frame->opcode) {
    case OP_PING:
        return send_frame(ws, OP_PONG, payload, frame->length) == 0 ? WS_NOTHING : WS_LOST;
    case OP_PONG:
        return WS_NOTHING;
    case OP_CLOSE:
        send_frame(ws, OP_CLOSE, payload, frame->length >= 2 ? 2 : 0);
        return WS_CLOSED;
    default:
        return WS_LOST;
    }
}

static enum ws_event receive_data(struct websocket *ws, const struct frame *frame)
{
    unsigned char piece[2048];
    size_t done = 0;
    while (done < frame->length) {
        size_t wanted = frame->length - done;
        if (wanted > sizeof(piece))
            wanted = sizeof(piece);
        if (stream_read(ws->stream, piece, wanted, clock_ms() + FRAME_MS) != 0)
            return WS_LOST;
        /* The piece size is a multiple of four, so the mask starts over with each piece. */
        if (frame->is_masked)
            apply_mask(piece, wanted, frame->mask);
        buffer_append(&ws->message, piece, wanted);
        done += wanted;
    }
    ws->is_partial = !frame->is_final;
    if (ws->message.overflowed)
        return WS_LOST;
    return frame->is_final ? WS_MESSAGE : WS_NOTHING;
}

static enum ws_event receive(struct websocket *ws, int64_t deadline)
{
    struct frame frame;
    if (read_frame_head(ws, &frame, deadline) != 0)
        return WS_LOST;
    if (frame.opcode >= OP_CLOSE)
        return receive_control(ws, &frame);
    if (frame.opcode > OP_BINARY || ws->is_partial != (frame.opcode == OP_CONTINUATION))
        return WS_LOST;
    if (frame.opcode != OP_CONTINUATION)
        buffer_reset(&ws->message);
    return receive_data(ws, &frame);
}

enum ws_event ws_receive(struct websocket *ws, int64_t deadline)
{
    enum ws_event event = receive(ws, deadline);
    ws->is_over = event == WS_CLOSED || event == WS_LOST;
    return event;
}

int ws_send_text(struct websocket *ws, const void *text, size_t length)
{
    return send_frame(ws, OP_TEXT, text, length);
}

void ws_close(struct websocket *ws)
{
    static const unsigned char normal[2] = {1000 >> 8, 1000 & 0xff};
    if (!ws->is_over)
        send_frame(ws, OP_CLOSE, normal, sizeof(normal));
    buffer_free(&ws->message);
}

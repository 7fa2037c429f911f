#include "audiosocket.h"

#include "clock.h"

#include <string.h>

enum { FRAME_MS = 5000, SEND_MS = 5000, SMALL = 1024 };

int audiosocket_read(struct stream *stream, struct audiosocket_frame *frame, int64_t deadline)
{
    unsigned char size[2];
    if (stream_read(stream, &frame->type, 1, deadline) != 0)
        return -1;
    deadline = clock_ms() + FRAME_MS;
    if (stream_read(stream, size, sizeof(size), deadline) != 0)
        return -1;
    frame->length = (uint16_t)(size[0] << 8 | size[1]);
    if (stream_read(stream, frame->payload, frame->length, deadline) != 0)
        return -1;
    frame->payload[frame->length] = '\0';
    return 0;
}

int audiosocket_write(struct stream *stream, uint8_t type, const void *payload, size_t length)
{
    if (length > UINT16_MAX)
        length = UINT16_MAX;
    unsigned char out[3 + SMALL] = {type, (unsigned char)(length >> 8), (unsigned char)length};
    size_t first = length < SMALL ? length : SMALL;
    int64_t deadline = clock_ms() + SEND_MS;
    /* A usual frame goes out in one piece: one packet, one system call. */
    if (first > 0)
        memcpy(out + 3, payload, first);
    if (stream_write(stream, out, 3 + first, deadline) != 0)
        return -1;
    return stream_write(stream, (const unsigned char *)payload + first, length - first, deadline);
}

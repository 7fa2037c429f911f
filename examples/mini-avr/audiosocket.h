#ifndef MINI_AUDIOSOCKET_H
#define MINI_AUDIOSOCKET_H

/*
 * Asterisk's AudioSocket: frames of one byte type, two bytes length (big
 * endian) and payload.  The first frame of a call carries its UUID.
 */

#include "stream.h"

#include <stdint.h>

enum {
    AUDIOSOCKET_HANGUP = 0x00,
    AUDIOSOCKET_UUID = 0x01,
    AUDIOSOCKET_DTMF = 0x03,
    AUDIOSOCKET_AUDIO = 0x10,      /* signed linear, 16 bit, 8 kHz, one channel */
    AUDIOSOCKET_TRANSCRIPT = 0x7e, /* ours: text of what the agent says; Asterisk ignores it */
    AUDIOSOCKET_ERROR = 0xff,

    AUDIO_FRAME_MS = 20,
    AUDIO_FRAME_BYTES = 320,
    AUDIO_SECOND_BYTES = 16000,
};

struct audiosocket_frame {
    uint8_t type;
    uint16_t length;
    unsigned char payload[UINT16_MAX + 1]; /* one more, so that text can be closed by a NUL */
};

/* Read one frame: its first byte by the deadline, the rest soon after.  0 or -1 with errno. */
int audiosocket_read(struct stream *stream, struct audiosocket_frame *frame, int64_t deadline);

/* Write one frame of at most 65535 bytes (more are cut off).  0 or -1 with errno. */
int audiosocket_write(struct stream *stream, uint8_t type, const void *payload, size_t length);

#endif

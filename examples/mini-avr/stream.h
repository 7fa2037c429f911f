#ifndef MINI_STREAM_H
#define MINI_STREAM_H

/*
 * A connected TCP socket with a read buffer.  Every operation has a deadline
 * (of clock_ms) and does not outlive it.  Functions return 0, or -1 with errno
 * set: ETIMEDOUT at the deadline, EPIPE when the peer has closed.
 * One thread may read while others write; writers must agree among themselves.
 */

#include <stddef.h>
#include <stdint.h>

struct stream {
    int fd;
    size_t start;
    size_t end;
    unsigned char data[4096];
};

/* Take over fd, which must be non-blocking. */
void stream_open(struct stream *stream, int fd);

/* Close the socket; harmless when it is closed already. */
void stream_close(struct stream *stream);

/* Read exactly length bytes. */
int stream_read(struct stream *stream, void *bytes, size_t length, int64_t deadline);

/* Read what there is, at least 1 and at most length bytes; the count, or -1. */
ptrdiff_t stream_read_some(struct stream *stream, void *bytes, size_t length, int64_t deadline);

/* Read a line and drop its CRLF or LF; EMSGSIZE when it does not fit. */
int stream_read_line(struct stream *stream, char *line, size_t size, int64_t deadline);

/* Write all of it. */
int stream_write(struct stream *stream, const void *bytes, size_t length, int64_t deadline);

/*
 * Wait until one of up to 8 streams has something to read (or has ended).
 * Returns a bit for each, bit 0 for the first; 0 at the deadline.
 */
unsigned stream_wait(struct stream *const streams[], size_t count, int64_t deadline);

/* The last failure in words, from errno. */
const char *stream_reason(void);

#endif

#ifndef MINI_HTTP_MESSAGE_H
#define MINI_HTTP_MESSAGE_H

/*
 * The part of HTTP/1.1 that requests and answers share: a first line, header
 * fields, and a body with a length, in chunks, or up to the end of the stream.
 */

#include "buffer.h"
#include "stream.h"

#include <stdbool.h>
#include <stdint.h>

enum { HTTP_MAX_HEAD = 8192 };

/* The head of one message: its lines, each closed by a NUL, the first one first. */
struct http_head {
    size_t length;
    char lines[HTTP_MAX_HEAD];
};

/* Read the lines up to the empty one; 0, or -1 with errno. */
int http_read_head(struct stream *stream, struct http_head *head, int64_t deadline);

/* The value of a header field by name (any case), or NULL. */
const char *http_header(const struct http_head *head, const char *name);

/* Does the value of a header field contain the word (any case)? */
bool http_header_has(const struct http_head *head, const char *name, const char *word);

/*
 * Append the body to body, whose maximum bounds it.  Without a stated length
 * it is empty, or runs to the end of the stream when is_answer.
 * 0, or -1 with errno (EMSGSIZE too big, EPROTO malformed).
 */
int http_read_body(struct stream *stream, const struct http_head *head, bool is_answer,
                   struct buffer *body, int64_t deadline);

/* Write one chunk of a chunked body; an empty one ends the body. */
int http_write_chunk(struct stream *stream, const void *bytes, size_t length, int64_t deadline);

#endif

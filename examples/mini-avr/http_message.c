#include "http_message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int http_read_head(struct stream *stream, struct http_head *head, int64_t deadline)
{
    head->length = 0;
    for (;;) {
        char *line = head->lines + head->length;
        size_t room = sizeof(head->lines) - head->length;
        if (stream_read_line(stream, line, room, deadline) != 0)
            return -1;
        head->length += strlen(line) + 1;
        if (line[0] == '\0' && line != head->lines)
            return 0;
        if (head->length >= sizeof(head->lines)) {
            errno = EMSGSIZE;
            return -1;
        }
    }
}

const char *http_header(const struct http_head *head, const char *name)
{
    size_t name_length = strlen(name);
    const char *end = head->lines + head->length;
    for (const char *line = head->lines; line < end; line += strlen(line) + 1)
        if (strncasecmp(line, name, name_length) == 0 && line[name_length] == ':')
            return line + name_length + 1 + strspn(line + name_length + 1, " \t");
    return NULL;
}

bool http_header_has(const struct http_head *head, const char *name, const char *word)
{
    const char *value = http_header(head, name);
    for (; value != NULL && *value != '\0'; value++)
        if (strncasecmp(value, word, strlen(word)) == 0)
            return true;
    return false;
}

/* Append exactly length bytes of the stream. */
static int read_run(struct stream *stream, size_t length, struct buffer *body, int64_t deadline)
{
    char piece[4096];
    while (length > 0) {
        size_t wanted = length < sizeof(piece) ? length : sizeof(piece);
        ptrdiff_t count = stream_read_some(stream, piece, wanted, deadline);
        if (count < 0)
            return -1;
        buffer_append(body, piece, (size_t)count);
        length -= (size_t)count;
        if (body->overflowed) {
            errno = EMSGSIZE;
            return -1;
        }
    }
    return 0;
}

/* A length in the given base at the start of text, or -1 with errno. */
static int parse_length(const char *text, int base, size_t maximum, size_t *ret_length)
{
    char *end;
    unsigned long long length = strtoull(text, &end, base);
    bool is_number = end != text && text[0] != '-' && text[0] != '+' && text[0] != ' ';
    errno = !is_number ? EPROTO : EMSGSIZE;
    *ret_length = (size_t)length;
    return is_number && length <= maximum ? 0 : -1;
}

static int read_chunks(struct stream *stream, struct buffer *body, int64_t deadline)
{
    char line[256];
    size_t length;
    do {
        if (stream_read_line(stream, line, sizeof(line), deadline) != 0 ||
            parse_length(line, 16, body->maximum, &length) != 0 ||
            read_run(stream, length, body, deadline) != 0)
            return -1;
        /* The line after a chunk is empty; trailers after the last one are not supported. */
        if (stream_read_line(stream, line, sizeof(line), deadline) != 0)
            return -1;
        if (line[0] != '\0') {
            errno = EPROTO;
            return -1;
        }
    } while (length > 0);
    return 0;
}

static int read_to_end(struct stream *stream, struct buffer *body, int64_t deadline)
{
    while (read_run(stream, 1, body, deadline) == 0)
        ;
    return errno == EPIPE ? 0 : -1;
}

int http_read_body(struct stream *stream, const struct http_head *head, bool is_answer,
                   struct buffer *body, int64_t deadline)
{
    const char *stated = http_header(head, "Content-Length");
    size_t length;
    if (http_header_has(head, "Transfer-Encoding", "chunked"))
        return read_chunks(stream, body, deadline);
    if (stated == NULL)
        return is_answer ? read_to_end(stream, body, deadline) : 0;
    if (parse_length(stated, 10, body->maximum, &length) != 0)
        return -1;
    return read_run(stream, length, body, deadline);
}

int http_write_chunk(struct stream *stream, const void *bytes, size_t length, int64_t deadline)
{
    char line[32];
    int line_length = snprintf(line, sizeof(line), "%zx\r\n", length);
    if (stream_write(stream, line, (size_t)line_length, deadline) != 0 ||
        stream_write(stream, bytes, length, deadline) != 0)
        return -1;
    return stream_write(stream, "\r\n", 2, deadline);
}

/* A log that is followed.  Frames and lines end where they like, in pieces that do, too. */
#include <string.h>

#include "engine/docker.h"
#include "engine/harmless.h"
#include "engine/log_stream.h"

enum { FRAME_HEAD = 8, STREAMS = 3 }; /* stdin, stdout, stderr */

struct sink {
    struct log_stream *stream;
    log_line *on_line;
    void *ctx;
};

static void end_line(const struct sink *k)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct log_stream *s = k->stream;

    k->on_line(k->ctx, harmless_lines(a, s->line, s->len), s->is_long);
    s->len = 0;
    s->is_long = false;
}

static void add_text(const struct sink *k, const char *text, size_t len)
{
    struct log_stream *s = k->stream;

    while (len) {
        const char *newline = memchr(text, '\n', len);
        size_t n = newline ? (size_t)(newline - text) : len;
        size_t room = LOG_LINE_MAX - s->len, fits = n < room ? n : room;
        memcpy(s->line + s->len, text, fits);
        s->len += fits;
        s->is_long = s->is_long || fits < n;
        if (!newline)
            return;
        end_line(k);
        text = newline + 1;
        len -= n + 1;
    }
}

/* As docker_read_logs() tells them apart: text does not begin with such a byte. */
static void find_form(struct log_stream *s, const char *piece)
{
    if (s->form == LOG_UNKNOWN)
        s->form = (unsigned char)*piece < STREAMS ? LOG_FRAMES : LOG_PLAIN;
}

static size_t add_head(struct log_stream *s, const char *piece, size_t len)
{
    size_t missing = FRAME_HEAD - s->n_head, n = len < missing ? len : missing;
    const unsigned char *h = s->head;

    memcpy(s->head + s->n_head, piece, n);
    s->n_head += n;
    if (s->n_head == FRAME_HEAD)
        s->left = (size_t)h[4] << 24 | (size_t)h[5] << 16 | (size_t)h[6] << 8 | h[7];
    return n;
}

void docker_log_piece(struct log_stream *s, const char *piece, size_t len, log_line *on_line,
                      void *ctx)
{
    const struct sink sink = {s, on_line, ctx};

    while (len) {
        size_t n = len;
        find_form(s, piece);
        if (s->form == LOG_PLAIN) {
            add_text(&sink, piece, len);
        } else if (s->n_head < FRAME_HEAD) {
            n = add_head(s, piece, len);
        } else {
            n = len < s->left ? len : s->left;
            add_text(&sink, piece, n);
            s->left -= n;
        }
        if (s->left == 0 && s->n_head == FRAME_HEAD)
            s->n_head = 0;
        piece += n;
        len -= n;
    }
}

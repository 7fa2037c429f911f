/* stream.h - an answer that goes on: Server-Sent Events.
 *
 * A stream is its owner's until web_stream_end() or until its on_gone was called, whichever is
 * first.  Nothing here calls on_gone at once: it comes from the loop, so whoever sends to many need
 * not fear that their list changes meanwhile. */
#ifndef WEB_STREAM_H
#define WEB_STREAM_H

#include <stddef.h>
#include <stdint.h>

struct web_request;
struct web_stream;

enum {
    WEB_STREAM_BACKLOG = 256 * 1024, /* what one reader may leave unread, */
    WEB_STREAMS_BACKLOG = 16 << 20,  /* and all together; above it a reader may leave */
    WEB_STREAM_NEED = 16 * 1024,     /* so much */
    WEB_HEARTBEAT_S = 15
};

/* Answers the request with a stream.  NULL: there are too many, or the asker has left already, and
 * the request has been answered.  on_gone is called once when the reader has left; not after
 * web_stream_end(). */
struct web_stream *web_stream_open(struct web_request *, void (*on_gone)(void *ctx), void *ctx);

/* Never waits.  A reader who is too slow is dropped.  id 0: none; event NULL: the default one; json
 * may have several lines. */
void web_stream_send(struct web_stream *, uint64_t id, const char *event, const char *json);

/* The same, of text that is a whole event already (web_stream_text()): for many readers of one. */
void web_stream_send_text(struct web_stream *, const char *text, size_t len);

struct arena;
const char *web_stream_text(struct arena *, uint64_t id, const char *event, const char *json);

/* What was sent is still delivered. */
void web_stream_end(struct web_stream *);

#endif

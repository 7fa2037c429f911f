/* http.h - asynchronous HTTP client: curl's multi interface on a libev loop.
 *
 * One http_send() leads to exactly one call of done, or to none once it was cancelled.  When done
 * runs the request is over and must not be cancelled; the answer and its body are lent for the
 * time of the callback.  Connections are kept and shared by all requests of one 'struct http'.
 * Every request is bounded: connect, first byte, stall, total, size. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdbool.h>

#include "base/err.h"
#include "base/message.h"

struct arena;
struct ev_loop;
struct http;
struct http_transfer;

struct endpoint {          /* where a request goes */
    const char *unix_path; /* NULL: over TCP */
    const char *base_url;  /* "http://localhost", "https://pbx:2376" */
    const char *cert_dir;  /* ca.pem, cert.pem, key.pem for https; NULL: the system's authorities */
    /* An IP address to connect to, whatever the host's name resolves to; NULL: what it does. */
    const char *address;
    /* A TCP socket to connect, say of another network namespace; it is not closed, and serves one
     * request.  NULL: one of its own. */
    const int *socket;
};

/* From DOCKER_HOST ("unix://…", "tcp://…", NULL for the usual socket), DOCKER_TLS_VERIFY and
 * DOCKER_CERT_PATH. */
int endpoint_parse(struct arena *, const char *docker_host, bool tls, const char *cert_dir,
                   struct endpoint *ret, struct err *) MUST_CHECK;

struct http *http_open(struct ev_loop *);
void http_close(struct http *); /* cancels what is left; NULL is fine; not from a callback */

typedef void http_done(void *ctx, const struct http_response *, const struct err *);
typedef void http_line(void *ctx, const char *line, size_t len);

/* err is NULL on any HTTP answer, whatever its status; else ERR_UNREACHABLE (no connection),
 * ERR_TRANSIENT (a limit passed, cut off) with a sentence.  on_line, when not NULL, gets the body
 * of a 2xx answer line by line as it comes (pull progress, events), a line at most 1 MiB and
 * NUL-terminated, and `body` stays empty; the body of any other answer is kept as usual.
 * With request->in_pieces it gets pieces of any length instead of lines.
 * done and on_line run from the loop, never inside http_send(), and may send and cancel anything.
 *
 * At most four plain reads (GET or HEAD of a whole answer without on_line) run on one endpoint, the
 * others wait their turn, their limits too; writes and streams start at once.  A write is never
 * sent twice: it gets a fresh connection, since on a kept one that died curl repeats a request. */
struct http_transfer *http_send(struct http *, const struct endpoint *, const struct http_request *,
                                http_line *on_line, http_done *, void *ctx);
void http_cancel(struct http_transfer *);

/* Right after a http_send() with on_line: calls begun, from the loop, when the head of a 2xx answer
 * has come and before any line of it.  A stream may be long silent after that. */
typedef void http_begun(void *ctx);
void http_tell_begun(struct http_transfer *, http_begun *);

struct http_stats {
    unsigned long requests, writes, failures; /* writes: everything but GET and HEAD */
};
struct http_stats http_stats(const struct http *);

/* After this, sending anything but GET and HEAD aborts the program: a dry run cannot change
 * anything by construction. */
void http_read_only(struct http *);

#endif

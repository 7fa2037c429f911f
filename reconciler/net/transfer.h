/* transfer.h - one request under way: the curl handle, its limits, what has arrived so far.
 * Private to net/. */
#ifndef NET_TRANSFER_H
#define NET_TRANSFER_H

#include <curl/curl.h>
#include <ev.h>
#include <stdint.h>
#include <sys/queue.h>

#include "net/http.h"
#include "net/lines.h"

enum transfer_state {
    TRANSFER_QUEUED,  /* not yet given to curl: its endpoint is busy with earlier reads */
    TRANSFER_RUNNING, /* in curl; `limit` is pending */
    TRANSFER_OVER,    /* out of curl; done has to be told */
};

struct http_transfer {
    struct http *http;
    TAILQ_ENTRY(http_transfer) all;   /* every transfer of http */
    TAILQ_ENTRY(http_transfer) ready; /* while is_ready: has lines or its end to tell */
    bool is_ready;
    bool telling;   /* one of its callbacks runs */
    bool cancelled; /* while telling: free it afterwards */
    enum transfer_state state;

    CURL *easy;
    struct curl_slist *headers, *connect_to;
    int socket;    /* the endpoint's, -1: none */
    bool is_unix;  /* then `where` is the socket's path */
    char *where;   /* for people: "/var/run/docker.sock", "172.18.0.4:6033" */
    uint64_t lane; /* equal for equal endpoints */
    bool queues;   /* a plain read: at most LANE_WIDTH of them run on one endpoint */
    int until;
    http_line *on_line;
    bool in_pieces;
    http_begun *on_begun; /* until it was told; or NULL */
    http_done *done;
    void *ctx;

    struct ev_timer limit; /* first byte, stall, total: whichever comes first */
    int64_t first_byte_ms, stall_ms, total_ms;
    int64_t begun_ms, last_ms; /* monotonic: start, latest byte */

    bool answered, head_done;
    char *body;
    size_t len, cap, max;
    struct lines lines; /* used instead of body when on_line is set and the status is 2xx */
    char server[128], api_version[32], retry_after[64];
    char detail[CURL_ERROR_SIZE]; /* curl's own words on a failure */
    bool failed;
    struct err err; /* when failed */
};

/* Copies what it needs of both.  The caller sets http, on_line, done, ctx and `limit`. */
struct http_transfer *transfer_new(const struct endpoint *, const struct http_request *);
void transfer_free(struct http_transfer *);

void transfer_begin(struct http_transfer *, int64_t now_ms);

/* How long until the next limit passes, in ms, 0 if one has (err is filled), -1 without limits. */
int64_t transfer_limit(struct http_transfer *, int64_t now_ms);

bool transfer_streams(const struct http_transfer *); /* the head of a 2xx answer has come */

/* Curl is done with it: turns the result into an answer, or failed and err. */
void transfer_finish(struct http_transfer *, CURLcode);
void transfer_response(const struct http_transfer *, struct http_response *ret);

/* Called from inside curl, in http.c: the first byte is here, so that another limit counts now;
 * lines, or the head of a stream, have arrived. */
void http_has_begun(struct http_transfer *);
void http_has_lines(struct http_transfer *);
int64_t http_now_ms(void);

#endif

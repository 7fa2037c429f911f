/* server.h - an HTTP server in a libev loop: what it serves is a table of routes.
 *
 * Whoever connects is hostile until the gate says otherwise.  A request has a line of at most 2
 * KiB, at most 64 headers and 8 KiB of them, and a body, if its method may have one, of at most 64
 * KiB whose length is told beforehand.  Its head must be complete 5 s after connecting, its body 10
 * s after that; a connection may be silent for 30 s.  2,600 connections are served, and 64 of one
 * address that is not this machine.
 *
 * Host must be an address, localhost or one of the given names: whoever makes a name of his own
 * point here reaches nothing from a browser.
 *
 * Errors are JSON: {"error": {"code", "message"}}.  Only what is no HTTP at all is answered by
 * libmicrohttpd itself, with a fixed text. */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "web/route.h"

enum {
    WEB_MAX_LINE = 2048,
    WEB_MAX_HEADERS = 64,
    WEB_MAX_HEAD = 8192,
    WEB_MAX_BODY = 64 * 1024,
    WEB_MAX_CONNECTIONS = 2600,
    WEB_MAX_STREAMS = 2100,
    WEB_MAX_PER_PEER = 64,
    WEB_HEAD_S = 5,
    WEB_BODY_S = 10,
    WEB_IDLE_S = 30
};

struct ev_loop;
struct web;

/* May this request go to its handler?  Called when its head is complete, before any body is taken.
 * False: it has been answered, by the gate. */
typedef bool web_gate(void *ctx, struct web_request *, unsigned access);

struct web_options {           /* all of it must live as long as the server */
    const char *const *listen; /* "127.0.0.1:6100", "[::1]:6100"; port 0: any */
    size_t n_listen;
    const struct web_route *routes;
    size_t n_routes;
    const char *const *hosts; /* names that are served besides addresses and localhost */
    size_t n_hosts;
    web_gate *gate; /* NULL: everybody may */
    void *ctx;      /* of gate and handlers */
};

/* NULL: an address is no address, or there is no memory.  One that cannot be listened at just now
 * is no error here: see web_listen(). */
struct web *web_open(struct ev_loop *, const struct web_options *, struct err *);
/* Whoever waits for an answer or listens to a stream is cut off and its owner told; no request and
 * no stream may be touched afterwards.  NULL is fine. */
void web_close(struct web *);

/* Listens at what is not listened at yet.  -1: some address cannot be listened at now; the others
 * are served meanwhile, and it may be tried again. */
int web_listen(struct web *, struct err *) MUST_CHECK;

/* Where it really listens; 0: it does not. */
unsigned web_port(const struct web *, size_t i);

struct web_counts {
    unsigned long requests[6];   /* answered, by the first digit of their status */
    unsigned long accepted;      /* connections, of all time, */
    unsigned long refused;       /* and those sent away: too many, or too many of one address */
    unsigned long timed_out;     /* connections cut for a head or body that did not come */
    unsigned long dropped;       /* streams whose readers were too slow */
    size_t connections, streams; /* now */
    size_t waiting;              /* requests whose answer is not ready yet */
};

struct web_counts web_counts(const struct web *);

#endif

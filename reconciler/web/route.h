/* route.h - which handler answers which path.
 *
 * A table of routes.  A path is matched as it was sent, character by character, with no
 * normalisation: what is not exactly a route is not found.  {name} stands for one segment of the
 * characters A-Z a-z 0-9 . _ ~ % -; the handler reads it with web_param().  GET answers HEAD too.
 */
#ifndef WEB_ROUTE_H
#define WEB_ROUTE_H

struct web_request;

/* Must answer the request exactly once, at once or later (web/reply.h, web/stream.h). */
typedef void web_handler(void *ctx, struct web_request *);

struct web_route {
    const char *method, *path;
    unsigned access; /* means something to the gate only */
    web_handler *handle;
};

#endif

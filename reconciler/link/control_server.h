/* control_server.h - the service's side of the control socket, on its libev loop.
 *
 * No client can hold the service up: nothing here blocks, at most 32 are served at a time, a
 * request is at most 64 KiB and must have come within 5 s, what a client does not read is kept up
 * to 4 MiB, and after 30 s in which it has read nothing it is dropped. */
#ifndef LINK_CONTROL_SERVER_H
#define LINK_CONTROL_SERVER_H

#include "link/wire.h"

struct ev_loop;
struct control_server;
struct control_request;

/* A request came; the connection carries no other.  It may be answered at once or much later.  The
 * handle is the service's until it calls control_reply_exit(), which it must, once. */
typedef void control_on_request(void *ctx, struct control_request *);

/* The client went away or was dropped: nobody sees the answer any more.  That ends the watching,
 * never the work.  The handle still counts as one of the 32 until control_reply_exit(), which may
 * be called from here. */
typedef void control_on_gone(void *ctx, struct control_request *);

/* Listens; see control_socket_open() for the errors. */
struct control_server *control_server_new(struct ev_loop *, const char *path, control_on_request *,
                                          void *ctx, struct err *) MUST_CHECK;

/* Sends what can be sent without waiting, closes all and removes the socket.  Handles die without
 * on_gone.  Not from a callback of the server.  NULL is fine. */
void control_server_free(struct control_server *);

const struct wire_request *control_request_wire(const struct control_request *);
struct arena *control_request_arena(struct control_request *); /* dies with the handle */
/* Called at most once, from the loop, never from within one of the functions below. */
void control_request_on_gone(struct control_request *, control_on_gone *, void *ctx);

/* What the client writes to its standard output and standard error, and shows as progress.  They
 * copy, never block and never fail: to a client that is gone they do nothing.  json is one object
 * without a line break, see wire_event.h. */
void control_reply_out(struct control_request *, const char *text);
void control_reply_err(struct control_request *, const char *text);
void control_reply_event(struct control_request *, const char *json);
void control_reply_exit(struct control_request *, int code); /* 0 to 255; the handle is dead */

#endif

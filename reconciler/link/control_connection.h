/* control_connection.h - one client of the control server: reads its request, writes the answer.
 * A control_request of the public header is a connection. */
#ifndef LINK_CONTROL_CONNECTION_H
#define LINK_CONTROL_CONNECTION_H

#include <ev.h>
#include <sys/queue.h>

#include "net/lines.h"
#include "link/control_server.h"

enum { CONTROL_REQUEST_S = 5, CONTROL_STALL_S = 30, CONTROL_MAX_OUTPUT = 4 << 20 };

TAILQ_HEAD(control_requests, control_request);

struct control_owner { /* the server, as a connection sees it */
    struct ev_loop *loop;
    struct control_requests all;
    size_t n;
    control_on_request *on_request;
    void *ctx;
};

/* Takes the descriptor, says hello and waits for the request. */
void control_connection_new(struct control_owner *, int fd);
void control_connection_free(struct control_request *); /* after one try to send what is left */

#endif

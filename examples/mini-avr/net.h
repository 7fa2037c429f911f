#ifndef MINI_NET_H
#define MINI_NET_H

/*
 * TCP: listening with one thread per connection (at most NET_MAX_CONNECTIONS
 * in the whole process, more are closed at once), and dialling.
 */

#include "stream.h"

#include <stdint.h>

enum { NET_MAX_CONNECTIONS = 256 };

/* Talks to one peer; the stream is closed when it returns.  Runs on its own thread. */
typedef void net_connection(struct stream *stream, void *context);

/*
 * Listen on a port of all addresses, or of $MINI_BIND (a numeric address) when
 * it is set.  Returns the socket, or -1 after logging why not.
 */
int net_listen(uint16_t port);

/* Serve connections for ever; returns only when the socket fails. */
void net_serve(int listener, net_connection *connection, void *context);

/* Connect by the deadline.  Returns 0 with the stream open, or -1 with *ret_reason. */
int net_dial(struct stream *stream, const char *host, uint16_t port, int64_t deadline,
             const char **ret_reason);

/* Run a function on a detached thread; 0 or -1. */
int net_spawn(void *(*function)(void *), void *argument);

#endif

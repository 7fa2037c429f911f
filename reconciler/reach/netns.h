/* netns.h - a socket that lives in a container's network.
 *
 * What is sent through it goes the way the container's own requests go: its name server, its
 * routes, its firewall.  A child of ours enters the network namespace of the container's process,
 * opens the socket and hands it back; the program itself never leaves its own.  Takes the engine's
 * host, its process ids in sight and CAP_SYS_ADMIN.  Nothing of the container's files is read. */
#ifndef REACH_NETNS_H
#define REACH_NETNS_H

#include "base/err.h"

/* The descriptor of an unconnected IPv4 socket of this type (SOCK_STREAM, SOCK_DGRAM), or -1 with
 * the reason why that cannot be done from here.  The process must prove that it is the container's
 * (control/sockets.h).  proc is "/proc". */
int netns_socket(const char *proc, int pid, const char *box_id, int type, struct err *) MUST_CHECK;

#endif

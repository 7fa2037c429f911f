/* control_peer.h - who may talk to the service: root, its own user, and members of the socket's
 * group.  The mode of the socket says the same; this holds where a mode was widened by hand. */
#ifndef LINK_CONTROL_PEER_H
#define LINK_CONTROL_PEER_H

#include <sys/types.h>

#include "base/err.h"

/* Asks the kernel who connected.  ERR_DENIED for a stranger, and if it cannot be told. */
int control_peer_check(int fd, gid_t socket_group, struct err *) MUST_CHECK;

#endif

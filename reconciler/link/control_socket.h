/* control_socket.h - the place where the service listens, and that it is the only one there. */
#ifndef LINK_CONTROL_SOCKET_H
#define LINK_CONTROL_SOCKET_H

#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>

#include "base/err.h"

/* ERR_INVALID if the path is empty or longer than the kernel takes. */
int control_address(const char *path, struct sockaddr_un *ret, struct err *) MUST_CHECK;

struct control_socket {
    int fd;      /* listens; does not block, not inherited */
    int lock_fd; /* of "<path>.lock", held as long as the service lives */
    struct sockaddr_un address;
    struct stat made; /* the file that was made, to be told from a later one of somebody else */
};

/* Makes the folder (0755) when only it is missing, and the socket with mode 0660.  A socket that a
 * dead service left is replaced; ERR_CONFLICT if another service answers there or has the lock,
 * or if the path is no socket; other errors with a sentence. */
int control_socket_open(const char *path, struct control_socket *ret, struct err *) MUST_CHECK;
void control_socket_close(struct control_socket *); /* removes the file if it is still ours */

/* The group of the file as it is now: an administrator may give a running service's socket away. */
gid_t control_socket_group(const struct control_socket *);

#endif

#include "link/control_peer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The groups of the moment of connecting; the kernel first says how many there are. */
static bool has_group(int fd, gid_t group)
{
    socklen_t size = 0;
    bool found = false;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &size) == 0 || errno != ERANGE)
        return false;
    gid_t *groups = malloc(size);
    if (!groups)
        abort();
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) == 0)
        for (size_t i = 0; i < size / sizeof *groups; i++)
            found = found || groups[i] == group;
    free(groups);
    return found;
}

int control_peer_check(int fd, gid_t socket_group, struct err *err)
{
    struct ucred peer;
    socklen_t size = sizeof peer;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return err_set(err, ERR_DENIED, "cannot tell who connects: %s", strerror(errno));
    if (peer.uid == 0 || peer.uid == geteuid() || peer.gid == socket_group ||
        has_group(fd, socket_group))
        return 0;
    return err_set(err, ERR_DENIED,
                   "user %ld may not talk to the service: it must be root, the service's own user "
                   "or a member of group %ld",
                   (long)peer.uid, (long)socket_group);
}

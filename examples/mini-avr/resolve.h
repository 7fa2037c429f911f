#ifndef MINI_RESOLVE_H
#define MINI_RESOLVE_H

/*
 * Name lookup with a deadline.  The libc resolver may wait many seconds for a
 * silent name server, so it runs on a thread of its own which is left behind
 * when the deadline passes, or after 1.5 s.  Docker's name server needs that:
 * it asks its own upstream for a name it does not know, and where there is
 * none the answer takes long.  Every call asks anew: nothing is cached.
 */

#include <netdb.h>
#include <stdint.h>

/*
 * Look up host for TCP to port.  Returns 0 with *ret_addresses to be released
 * by freeaddrinfo, or -1 with *ret_reason.
 */
int resolve(const char *host, uint16_t port, int64_t deadline, struct addrinfo **ret_addresses,
            const char **ret_reason);

#endif

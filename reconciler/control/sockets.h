/* sockets.h - the witness that needs nobody's cooperation: how many TCP connections are open to a
 * container's port right now, read from the kernel's table of its network namespace.
 *
 * Needs the process ids of the engine's host: not given when we run in a container without the
 * host's pid namespace, or when the engine is on another machine.  There the same number is some
 * other process or none, and counting its sockets would say "no calls" of a busy container.  So
 * the process has to prove that it is the container's: the kernel must name the container's full
 * id in /proc/PID/cgroup, or in /proc/PID/mountinfo (the engine mounts the container's own hosts
 * and resolv.conf from a folder of that name; with a private cgroup namespace or without cgroups
 * only this one tells).  Both hold for Docker and Podman, as root and rootless.  Comparing network
 * namespaces would prove less: any container's differs from ours. */
#ifndef CONTROL_SOCKETS_H
#define CONTROL_SOCKETS_H

#include <stdbool.h>

#include "base/err.h"

/* Does the kernel say that this process is the container's? */
bool sockets_of_container(const char *proc, int pid, const char *box_id);

/* Established connections whose local port is `port`, over IPv4 and IPv6, or -1 with the reason.
 * Unknown counts as busy: never take -1 for "none".  proc is "/proc". */
int sockets_count(const char *proc, int pid, const char *box_id, const char *port,
                  struct err *) MUST_CHECK;

#endif

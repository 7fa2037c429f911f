/* reap.h - waits for orphans.  Process 1 of a container is given those whose parents are gone, and
 * they stay zombies until it waits for them.
 *
 * Whoever starts a child of its own must not rest on its exit status then (control/helper.h does
 * not): it may be taken here. */
#ifndef SERVICE_REAP_H
#define SERVICE_REAP_H

struct ev_loop;
struct reaper;

/* Takes SIGCHLD and waits for every child.  For process 1 and subreapers only: elsewhere a library
 * may have children of its own.  Keeps no loop running. */
struct reaper *reap_open(struct ev_loop *);
void reap_close(struct reaper *); /* NULL is fine */

#endif

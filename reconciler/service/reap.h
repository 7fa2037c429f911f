/* reap.h - waits for children.  As process 1 of a container also for those it never started:
 * orphans are given to it, and stay zombies until it waits for them.
 *
 * There is one way children are waited for, so that no exit status is taken from whoever started
 * the child: reap_watch() right after the fork, from the thread of the loop. */
#ifndef SERVICE_REAP_H
#define SERVICE_REAP_H

#include <stdbool.h>
#include <sys/types.h>

struct ev_loop;
struct reaper;

typedef void reap_done(void *ctx, int status); /* as of waitpid(2) */

/* Takes SIGCHLD.  orphans: wait for every child, which is right for getpid() == 1 and a
 * subreaper, wrong where a library has children of its own.  Keeps no loop running. */
struct reaper *reap_open(struct ev_loop *, bool orphans);
void reap_close(struct reaper *); /* forgets whom it watches; NULL is fine */

/* done is called once, from the loop; it may watch others. */
void reap_watch(struct reaper *, pid_t, reap_done *, void *ctx);

#endif

/* systemd.h - tells the service manager how the service is (sd_notify(3), without its library).
 *
 * Without $NOTIFY_SOCKET everything here does nothing.  Sending never waits: what the manager does
 * not take now is sent a little later, from the loop. */
#ifndef TELL_SYSTEMD_H
#define TELL_SYSTEMD_H

#include "base/err.h"

struct ev_loop;
struct systemd;

/* Reads $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID and takes them out of the environment, so
 * that no child speaks for us.  Where a watchdog is asked for it is petted from the loop at half
 * its interval: a loop that is stuck in one callback is found out.  Keeps no loop running. */
struct systemd *systemd_open(struct ev_loop *);
void systemd_close(struct systemd *); /* NULL is fine */

void systemd_ready(struct systemd *);     /* started, or done with reloading */
void systemd_reloading(struct systemd *); /* systemd_ready() must follow */
void systemd_stopping(struct systemd *);

/* One line for `systemctl status`, made visible and cut.  Sent at most once a second; of several
 * the last one counts. */
void systemd_status(struct systemd *, const char *fmt, ...) PRINTF(2, 3);

#endif

#include "service/reap.h"

#include <ev.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

struct reaper {
    struct ev_loop *loop;
    struct ev_signal on_child;
};

static void on_child(struct ev_loop *loop, struct ev_signal *signal, int events)
{
    (void)loop, (void)signal, (void)events;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

struct reaper *reap_open(struct ev_loop *loop)
{
    struct reaper *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    r->loop = loop;
    ev_signal_init(&r->on_child, on_child, SIGCHLD);
    ev_signal_start(loop, &r->on_child);
    ev_unref(loop);
    ev_feed_signal_event(loop, SIGCHLD); /* whoever ended before */
    return r;
}

void reap_close(struct reaper *r)
{
    if (!r)
        return;
    ev_ref(r->loop);
    ev_signal_stop(r->loop, &r->on_child);
    free(r);
}

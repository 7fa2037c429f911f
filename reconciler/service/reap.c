#include "service/reap.h"

#include <ev.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

struct child {
    struct child *next;
    pid_t pid;
    reap_done *done;
    void *ctx;
};

struct reaper {
    struct ev_loop *loop;
    struct ev_signal on_child;
    bool orphans;
    struct child *children;
};

/* Off the list, and its end told; a pid that is not on the list was an orphan's. */
static void over(struct reaper *r, pid_t pid, int status)
{
    struct child **at = &r->children;

    while (*at && (*at)->pid != pid)
        at = &(*at)->next;
    struct child *c = *at;
    if (!c)
        return;
    *at = c->next;
    c->done(c->ctx, status);
    free(c);
}

/* The next of ours that has ended, or 0.  From the start each time: callbacks change the list. */
static pid_t wait_for_ours(const struct reaper *r, int *ret_status)
{
    for (const struct child *c = r->children; c; c = c->next)
        if (waitpid(c->pid, ret_status, WNOHANG) == c->pid)
            return c->pid;
    return 0;
}

static void on_child(struct ev_loop *loop, struct ev_signal *signal, int events)
{
    struct reaper *r = signal->data;
    pid_t pid;
    int status;

    (void)loop, (void)events;
    while ((pid = r->orphans ? waitpid(-1, &status, WNOHANG) : wait_for_ours(r, &status)) > 0)
        over(r, pid, status);
}

struct reaper *reap_open(struct ev_loop *loop, bool orphans)
{
    struct reaper *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    r->loop = loop;
    r->orphans = orphans;
    ev_signal_init(&r->on_child, on_child, SIGCHLD);
    r->on_child.data = r;
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
    while (r->children) {
        struct child *c = r->children;
        r->children = c->next;
        free(c);
    }
    free(r);
}

void reap_watch(struct reaper *r, pid_t pid, reap_done *done, void *ctx)
{
    struct child *c = calloc(1, sizeof *c);

    if (!c)
        abort();
    *c = (struct child){.next = r->children, .pid = pid, .done = done, .ctx = ctx};
    r->children = c;
}

#include "service/reap.h"

#include <ev.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/wait.h>

struct child {
    LIST_ENTRY(child) entry;
    pid_t pid;
    reap_done *done;
    void *ctx;
};

struct reaper {
    struct ev_loop *loop;
    struct ev_signal on_child;
    bool orphans;
    LIST_HEAD(, child) children;
};

static struct child *find(struct reaper *r, pid_t pid)
{
    struct child *c;

    LIST_FOREACH(c, &r->children, entry)
    if (c->pid == pid)
        return c;
    return NULL;
}

static void over(struct child *c, int status)
{
    LIST_REMOVE(c, entry);
    c->done(c->ctx, status);
    free(c);
}

static void reap_all(struct reaper *r)
{
    pid_t pid;
    int status;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        struct child *c = find(r, pid);
        if (c)
            over(c, status);
    }
}

/* The next of ours that has ended: after a callback the list may be another one. */
static struct child *ended(struct reaper *r, int *ret_status)
{
    struct child *c;

    LIST_FOREACH(c, &r->children, entry)
    if (waitpid(c->pid, ret_status, WNOHANG) == c->pid)
        return c;
    return NULL;
}

static void on_child(struct ev_loop *loop, struct ev_signal *signal, int events)
{
    struct reaper *r = signal->data;
    struct child *c;
    int status;

    (void)loop, (void)events;
    if (r->orphans)
        reap_all(r);
    else
        while ((c = ended(r, &status)))
            over(c, status);
}

struct reaper *reap_open(struct ev_loop *loop, bool orphans)
{
    struct reaper *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    r->loop = loop;
    r->orphans = orphans;
    LIST_INIT(&r->children);
    ev_signal_init(&r->on_child, on_child, SIGCHLD);
    r->on_child.data = r;
    ev_signal_start(loop, &r->on_child);
    ev_unref(loop);
    ev_feed_signal_event(loop, SIGCHLD); /* whoever ended before */
    return r;
}

void reap_close(struct reaper *r)
{
    struct child *c;

    if (!r)
        return;
    ev_ref(r->loop);
    ev_signal_stop(r->loop, &r->on_child);
    while ((c = LIST_FIRST(&r->children))) {
        LIST_REMOVE(c, entry);
        free(c);
    }
    free(r);
}

void reap_watch(struct reaper *r, pid_t pid, reap_done *done, void *ctx)
{
    struct child *c = calloc(1, sizeof *c);

    if (!c)
        abort();
    *c = (struct child){.pid = pid, .done = done, .ctx = ctx};
    LIST_INSERT_HEAD(&r->children, c, entry);
}

/* turnstile.h - many may start and stop containers at once, but nobody while one is renamed.
 *
 * Renaming a running container while others start or stop can leak a network endpoint in Docker
 * 20.10 (`network rm` then says "has active endpoints" until the daemon restarts); never seen with
 * renames alone.  First come, first served, so that a rename is not starved. */
#ifndef CONTROL_TURNSTILE_H
#define CONTROL_TURNSTILE_H

#include <stdbool.h>

enum pass { PASS_NONE, PASS_SHARED, PASS_EXCLUSIVE };

struct waiter {
    struct waiter *next;
    enum pass wants, holds;
    void (*on_pass)(void *ctx); /* called from turnstile_leave() of another */
    void *ctx;
};

struct turnstile {
    unsigned sharing;
    bool exclusive;
    struct waiter *queue;
};

/* True: it holds the pass now.  False: on_pass is called once it does. */
bool turnstile_enter(struct turnstile *, struct waiter *, enum pass);

/* Gives back what it holds or leaves the queue; nothing to do is fine. */
void turnstile_leave(struct turnstile *, struct waiter *);

#endif

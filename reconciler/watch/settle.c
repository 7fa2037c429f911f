#include "watch/settle.h"

#include <ev.h>
#include <stdlib.h>

#include "base/clock.h"

struct settle {
    struct ev_loop *loop;
    struct ev_timer timer;
    bool pending; /* something to fire; the timer, when it is due, is no longer active */
    int64_t quiet_ms, max_ms;
    int64_t first_ms, last_ms; /* pokes since the last fire */
    settle_fire *fire;
    void *ctx;
};

static int64_t due_ms(const struct settle *s)
{
    int64_t quiet = s->last_ms + s->quiet_ms, latest = s->first_ms + s->max_ms;
    return quiet < latest ? quiet : latest;
}

/* The loop's own idea of now may be old by as long as its callbacks took. */
static void wait_for(struct settle *s, int64_t ms)
{
    ev_now_update(s->loop);
    ev_timer_set(&s->timer, (double)ms / 1000.0, 0.);
    ev_timer_start(s->loop, &s->timer);
}

/* Pokes do not move the timer, which would cost more than they do: it looks when it ends. */
static void on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct settle *s = timer->data;
    int64_t left = due_ms(s) - mono_ms();

    (void)loop, (void)events;
    if (left > 0) {
        wait_for(s, left);
        return;
    }
    s->pending = false;
    s->fire(s->ctx);
}

struct settle *settle_new(struct ev_loop *loop, int64_t quiet_ms, int64_t max_ms, settle_fire *fire,
                          void *ctx)
{
    struct settle *s = calloc(1, sizeof *s);

    if (!s)
        abort();
    *s = (struct settle){
        .loop = loop, .quiet_ms = quiet_ms, .max_ms = max_ms, .fire = fire, .ctx = ctx};
    ev_timer_init(&s->timer, on_timer, 0., 0.);
    s->timer.data = s;
    return s;
}

void settle_free(struct settle *s)
{
    if (!s)
        return;
    settle_cancel(s);
    free(s);
}

void settle_poke(struct settle *s)
{
    s->last_ms = mono_ms();
    if (s->pending)
        return;
    s->pending = true;
    s->first_ms = s->last_ms;
    wait_for(s, due_ms(s) - s->last_ms);
}

void settle_cancel(struct settle *s)
{
    s->pending = false;
    ev_timer_stop(s->loop, &s->timer);
}

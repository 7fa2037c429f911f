#include "control/turnstile.h"

#include <stddef.h>

static bool is_free(const struct turnstile *t, enum pass wants)
{
    return !t->exclusive && (wants == PASS_SHARED || t->sharing == 0);
}

static void grant(struct turnstile *t, struct waiter *w)
{
    w->holds = w->wants;
    w->wants = PASS_NONE;
    if (w->holds == PASS_EXCLUSIVE)
        t->exclusive = true;
    else
        t->sharing++;
}

bool turnstile_enter(struct turnstile *t, struct waiter *w, enum pass pass)
{
    struct waiter **end = &t->queue;

    w->wants = pass;
    if (!t->queue && is_free(t, pass)) {
        grant(t, w);
        return true;
    }
    while (*end)
        end = &(*end)->next;
    w->next = NULL;
    *end = w;
    return false;
}

static void unqueue(struct turnstile *t, struct waiter *w)
{
    for (struct waiter **at = &t->queue; *at; at = &(*at)->next)
        if (*at == w) {
            *at = w->next;
            break;
        }
    w->wants = PASS_NONE;
}

void turnstile_leave(struct turnstile *t, struct waiter *w)
{
    if (w->wants != PASS_NONE)
        unqueue(t, w);
    if (w->holds == PASS_EXCLUSIVE)
        t->exclusive = false;
    else if (w->holds == PASS_SHARED)
        t->sharing--;
    w->holds = PASS_NONE;

    while (t->queue && is_free(t, t->queue->wants)) {
        struct waiter *first = t->queue;
        t->queue = first->next;
        grant(t, first);
        first->on_pass(first->ctx);
    }
}

#include "face/ring.h"

#include <stdlib.h>
#include <string.h>

void ring_add(struct ring *r, const char *text)
{
    struct ring_event *e = &r->events[r->next_id % RING_EVENTS];

    free(e->text);
    *e = (struct ring_event){.id = r->next_id++, .text = strdup(text)};
    if (!e->text)
        abort();
    r->n += r->n < RING_EVENTS;
}

void ring_free(struct ring *r)
{
    for (size_t i = 0; i < RING_EVENTS; i++)
        free(r->events[i].text);
    *r = (struct ring){.next_id = r->next_id};
}

bool ring_after(const struct ring *r, uint64_t id, size_t *ret_n)
{
    uint64_t last = r->next_id - 1;

    *ret_n = 0;
    if (id > last || last - id > r->n)
        return false;
    *ret_n = (size_t)(last - id);
    return true;
}

const struct ring_event *ring_at(const struct ring *r, size_t n, size_t i)
{
    return &r->events[(r->next_id - n + i) % RING_EVENTS];
}

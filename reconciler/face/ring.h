/* ring.h - the last events that were told, for whoever comes back and wants what was missed. */
#ifndef FACE_RING_H
#define FACE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RING_EVENTS = 256 };

struct ring_event {
    uint64_t id;
    char *text; /* whole, as it goes over a stream */
};

struct ring { /* zero-initialised but for next_id, which is at least 1 */
    struct ring_event events[RING_EVENTS];
    uint64_t next_id;
    size_t n;
};

/* Keeps a copy under the next id, which the text was made with. */
void ring_add(struct ring *, const char *text);
void ring_free(struct ring *);

/* The first one that follows an id that was told; *ret_n of them (ring_at()).  False: some of them
 * are not kept any more, or the id is of another life of this program. */
bool ring_after(const struct ring *, uint64_t id, size_t *ret_n);
/* Of the last n events the i-th, the oldest first. */
const struct ring_event *ring_at(const struct ring *, size_t n, size_t i);

#endif

/* engine.h - the engine's event stream, kept open.
 *
 * An engine that is not listened to slows down for everybody (it waits for its readers), so lines
 * are always read at once, and callbacks should do little more than mark something as dirty.
 *
 * No stream is complete: an engine keeps the last 256 events for whoever comes late (moby,
 * daemon/events, eventsLimit) and forgets them when it restarts.  So each opening is a gap, after
 * which the owner has to look at everything; events that are told twice do no harm.
 *
 * An idle stream says nothing at all, whether or not the engine lives.  A dead TCP connection ends
 * by its keepalive probes, after about a minute.  An engine that hangs is found by whoever asks it
 * something else; what happened is told when it goes on. */
#ifndef WATCH_ENGINE_H
#define WATCH_ENGINE_H

#include "control/client.h"

struct engine_watch;

/* All run from the loop; none may free the watch. */
struct engine_watch_callbacks {
    /* Of containers, images and networks.  Lent for the time of the call. */
    void (*on_event)(void *ctx, const struct engine_event *);
    /* Something may have happened that was not told: look at everything.  After each on_up, and
     * when a line of the stream could not be read. */
    void (*on_gap)(void *ctx);
    void (*on_up)(void *ctx); /* the stream stands: nothing is missed from now on */
    /* It does not: when it ends, when it cannot be opened at first, and whenever the reason why it
     * cannot be opened again is another one. */
    void (*on_down)(void *ctx, const char *text);
};

/* Opens the stream, and again whenever it ends, after 0.1 s at first and up to 10 s, with jitter.
 * Each time it learns the engine's API version anew (client_learn).  Keeps the loop alive. */
struct engine_watch *engine_watch_new(struct client *, const struct engine_watch_callbacks *,
                                      void *ctx);
void engine_watch_free(struct engine_watch *); /* NULL is fine */

#endif

/* cache.h - what need not be asked twice.
 *
 * A container's env and image never change after its creation, so each is inspected once: again
 * only when the list shows another name or state.  An image by its id never changes at all.  What a
 * reference means may change at any time; it is remembered only while somebody listens to what
 * happens to images: either the cache itself (cache_watch) or the owner of an event stream, who
 * then passes on what he hears (cache_rely_on_news, cache_image_news). */
#ifndef CONTROL_CACHE_H
#define CONTROL_CACHE_H

#include "control/client.h"

struct cache;

struct cache *cache_new(void);
void cache_free(struct cache *); /* NULL is fine */

/* Every look begins and ends; what it did not see is forgotten.  What a look got from the cache
 * lives as long as the look's arena, whatever becomes of the cache. */
void cache_begin(struct cache *, struct arena *look);
void cache_end(struct cache *);

/* The box of this row, if the row does not tell otherwise. */
const struct box *cache_box(struct cache *, const struct list_entry *, struct arena *look);

/* A box that is being inspected: its facts go into learn_arena(), then it is either kept or not. */
struct learning;
struct learning *cache_learn(const struct list_entry *);
struct arena *learn_arena(struct learning *);
const struct box *learn_keep(struct learning *, struct cache *, const struct box *,
                             struct arena *look);
void learn_drop(struct learning *);

/* By reference or id; NULL: must be asked.  An image without id is known to be absent. */
const struct image *cache_image(const struct cache *, const char *asked);
struct arena *cache_image_arena(struct cache *,
                                const char *asked); /* for the facts of one; or NULL */
void cache_keep_image(struct cache *, const struct image *);

/* From now on image events are listened to, so that references can be remembered.  Only where the
 * engine's clock is ours: the watch must reach back to before what is remembered. */
void cache_watch(struct cache *, struct client *);

/* Instead of cache_watch(), for whoever has an event stream anyway.  rely(true) when the stream
 * stands and after every gap in it, rely(false) when it is down, news for each image event: all of
 * them make the next look ask again what every reference means. */
void cache_rely_on_news(struct cache *, bool connected);
void cache_image_news(struct cache *);

/* Something happened to this container that its row in the list may not show, a restart say. */
void cache_box_news(struct cache *, const char *id);

#endif

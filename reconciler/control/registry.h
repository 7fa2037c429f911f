/* registry.h - what registries said about tags, and when they are asked again.
 *
 * Remembered by reference, so it is asked once however many containers run it: again after the
 * interval of its pull policy, give or take a tenth.  An error is remembered, too, and asked again
 * after 30 s, 1 min … 30 min; a registry that was asked too often is left alone, with all of its
 * references, for as long as it says or 5 min, 10 min … 6 h.  Times are monotonic.
 *
 * An answer is about the image that was here when it was asked: what was pulled or tagged since is
 * not compared with it.  So a pull that brings something newer still is not taken for a difference,
 * and nothing that happens to images here leads to a question. */
#ifndef CONTROL_REGISTRY_H
#define CONTROL_REGISTRY_H

#include "core/observed.h"
#include "core/resolve.h"

struct registry_memory;

struct registry_memory *registry_memory_new(void);
void registry_memory_free(struct registry_memory *); /* NULL is fine */

/* What there is to be known from now on, sorted by reference; everything else is forgotten. */
void registry_want(struct registry_memory *, const struct registry_ref *, size_t n);

bool registry_is_due(const struct registry_memory *, const char *ref);
int64_t registry_due_ms(const struct registry_memory *); /* the next question; 0: never */

/* The answer to a question about this image (`asked` is the reference); about one that is not
 * wanted it is dropped. */
void registry_answered(struct registry_memory *, const struct image *, const char *digest);
void registry_failed(struct registry_memory *, const struct image *, const char *why);
void registry_is_busy(struct registry_memory *, const struct image *, const char *why,
                      int64_t retry_after_s); /* 0: it did not say */

void registry_pulled(struct registry_memory *, const char *ref);

/* Sets the image's remote_digest and remote_error; texts are in the arena. */
void registry_show(const struct registry_memory *, struct arena *, struct image *);

#endif

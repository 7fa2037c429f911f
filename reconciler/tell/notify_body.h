/* notify_body.h - changes as the text of one message.  Private to notify*.c. */
#ifndef TELL_NOTIFY_BODY_H
#define TELL_NOTIFY_BODY_H

#include "base/arena.h"
#include "tell/notify.h"

struct notify_batch {
    const char *host;
    const struct notify_change *const *changes;
    size_t n;
    unsigned long dropped;
    int64_t time_ms; /* since 1970 */
};

/* JSON, bounded whatever the changes say. */
const char *notify_body(struct arena *, enum notify_format, const struct notify_batch *);

#endif

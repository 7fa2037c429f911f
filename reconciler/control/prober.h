/* prober.h - a verdict on one box: ready, or not and why.
 *
 * Tries the probe again and again until it is ready, the box dies or restarts, or the time is up;
 * inspects the box before it says ready, so that a box that died a moment ago is not called so. */
#ifndef CONTROL_PROBER_H
#define CONTROL_PROBER_H

#include "control/client.h"

struct prober;

struct verdict_of_probe {
    bool ready;
    const char *text;      /* why not, "" when ready; in the arena */
    const struct box *box; /* as inspected last, in the arena; NULL: it is gone or was not asked */
    const struct err *err; /* not NULL: the engine did not answer, so there is no verdict */
};
typedef void prober_done(void *ctx, const struct verdict_of_probe *);

/* `box` must be running and is copied as far as needed.  done is called once, unless cancelled. */
struct prober *prober_start(struct client *, struct arena *, const struct wanted *,
                            const struct box *, int64_t timeout_ms, prober_done *, void *ctx);
void prober_cancel(struct prober *);

#endif

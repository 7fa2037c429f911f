/* published.h - the text of a published port: "[host_ip:][host:]container[/proto]".
 *
 * It is how Compose, our specs and 'struct box' write it; the engine wants the parts. */
#ifndef ENGINE_PUBLISHED_H
#define ENGINE_PUBLISHED_H

#include "base/arena.h"

struct published {
    const char *host_ip;   /* "": all addresses */
    const char *host;      /* "": the engine draws one */
    const char *container; /* with the protocol: "80/tcp" */
};

int published_parse(struct arena *, const char *, struct published *ret) MUST_CHECK;
const char *published_text(struct arena *, const struct published *);

#endif

/* drift.h - the differences between a wanted container and the one that runs.
 *
 * Found against the live container, never a label.  Both sides are normalised first: an unset
 * value and the engine's default are one, AVR's oddities (`undefined`, lower-case asr_URL) equal
 * what they mean, and the image's own ENV is never counted. */
#ifndef CORE_DRIFT_H
#define CORE_DRIFT_H

#include "core/resolve.h"

#define DRIFT_ALIAS   "alias"   /* the field of the name that core shall dial it by */
#define DRIFT_RESTART "created" /* field of a container that is older than an order to restart */

enum effect {
    EFFECT_REPLACE, /* only a new container can have it */
    EFFECT_UPDATE,  /* the engine changes it on the live container */
    EFFECT_CONNECT, /* a further network, of a container that was never started */
    EFFECT_LIVE,    /* no restart, the next call sees it */
};

struct drift {
    const char *field;       /* "image", "env", "binds", "network", "ports", "restart", … */
    const char *key;         /* the variable or label; NULL for other fields */
    const char *have, *want; /* NULL: not there / must go; secrets in clear, see `secret` */
    bool secret;
    struct origin origin; /* of the wanted value */
    const char *note;     /* "using local image, built 2m ago", or NULL */
    enum effect effect;
};

struct drifts {
    const struct drift *items;
    size_t n;
};

/* All differences, in reading order: image, env by name, the rest.  image_of is the image the box
 * runs (for its own ENV); NULL if the engine lost it. */
struct drifts drift_find(struct arena *, const struct wanted *, const struct box *,
                         const struct image *image_of);

/* The first further network that a box which was never started still has to be connected to; NULL:
 * none, or it is too late for it. */
const char *network_to_connect(struct arena *, const struct wanted *, const struct box *);

bool drifts_have(const struct drifts *, enum effect);

/* Limits as a spec would say them: "2g", "512m", "1500k", or bytes; "0.5".  NULL: no limit. */
const char *memory_text(struct arena *, int64_t bytes);
const char *cpus_text(struct arena *, int64_t nano_cpus);

/* A key matching KEY, SECRET, TOKEN, PASSWORD, CREDENTIAL, AUTH as a word, or a value that looks
 * like a secret: a URL with a password, PEM, JWT, a long random token. */
bool looks_secret(const char *name, const char *value);

#endif

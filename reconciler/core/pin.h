/* pin.h - the reference by which a spec names exactly the image that a container runs. */
#ifndef CORE_PIN_H
#define CORE_PIN_H

#include "core/observed.h"

/* What it was created from (a tag, a digest, an image id), as long as that still means the image it
 * runs; with `digest` "repository@sha256:…".  ERR_CONFLICT: the tag means another image by now;
 * ERR_NOT_FOUND: no registry has it, so there is no digest. */
int pin_reference(struct arena *, const struct observed *, const struct box *, bool digest,
                  const char **ret, struct err *) MUST_CHECK;

#endif

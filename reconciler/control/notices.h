/* notices.h - what a look found that is worth a sentence and no difference. */
#ifndef CONTROL_NOTICES_H
#define CONTROL_NOTICES_H

#include "control/sources.h"
#include "core/observed.h"

/* The sources with a further notice for each registry's trouble that was met.  What nothing is to
 * be said about is given back as it is. */
const struct sources *notices_add(struct arena *, const struct sources *, const struct observed *);

#endif

/* edit.h - a spec file with one image changed, and nothing else: comments and layout stay.
 *
 * The image of a role is written where agents.KEY.ROLE stands: over the one that is there, or as
 * one line (in a flow mapping: one entry) more.  Whatever only looks as if it belonged to this
 * agent (an alias, an anchor that others use) is refused. */
#ifndef SOURCE_EDIT_H
#define SOURCE_EDIT_H

#include "core/inputs.h"

struct edit {
    const char *bytes; /* the whole file as it should be; the same text if nothing changes */
    size_t len;
    unsigned line, column; /* of the image, in the new text */
    const char *old;       /* what stood there; NULL: nothing */
    bool changed;
};

/* ERR_INVALID: it cannot be written there. */
int edit_image(struct arena *, const struct spec_file *, const char *agent_key, enum role,
               const char *image, struct edit *ret, struct err *) MUST_CHECK;

#endif

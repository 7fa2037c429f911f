/* identity.h - who asks, as the gate found out. */
#ifndef FACE_IDENTITY_H
#define FACE_IDENTITY_H

#include "face/access.h"

struct web_request;

struct face_identity {
    const char *name;        /* for the history of orders; NULL: somebody at this machine */
    enum face_access access; /* the most they may */
};

/* Never NULL: whoever the gate did not name may see, and no more. */
const struct face_identity *face_identity(const struct web_request *);
const char *face_role_word(enum face_access); /* "viewer", "manager", "admin" */

#endif

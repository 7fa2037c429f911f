/* token.h - a token for programs: its role and its end, sealed with a key of the state folder.
 *
 *     v1.viewer.1790000000.<43 digits>
 *
 * None is kept anywhere, so none can be taken back by itself: a new key ends all of them. */
#ifndef FACE_TOKEN_H
#define FACE_TOKEN_H

#include <stdint.h>

#include "base/digest.h"
#include "face/access.h"

/* key: of the state folder; what seals tokens is derived from it.  Times are seconds since 1970. */
const char *token_make(struct arena *, const struct digest_key *, enum face_access,
                       int64_t expires_s);

int token_verify(struct arena *, const struct digest_key *, const char *token, int64_t now_s,
                 enum face_access *ret, struct err *) MUST_CHECK;

#endif

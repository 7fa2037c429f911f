/* jwt.h - the login of AVR's dashboard: a JSON Web Token (RFC 7519) its backend has signed. */
#ifndef FACE_JWT_H
#define FACE_JWT_H

#include <stdint.h>

#include "base/arena.h"
#include "face/access.h"

struct jwt {
    enum face_access access;
    const char *user; /* visible text */
};

/* Signed with this secret by HS256 and nothing else, not over yet, and of one of AVR's roles; -1:
 * whatever is wrong, the sentence does not help who guesses. */
int jwt_verify(struct arena *, const char *token, const char *secret, int64_t now_s,
               struct jwt *ret, struct err *) MUST_CHECK;

#endif

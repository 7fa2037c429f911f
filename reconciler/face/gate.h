/* gate.h - who may ask for what: pure.
 *
 *  - a token (face/token.h) or a login of AVR's dashboard (face/jwt.h), as `Authorization: Bearer`;
 *  - without AVR's secret nobody can log in, and whoever sits at the machine itself is its
 *    administrator; a request that a proxy passed on is not from there, whatever its address;
 *  - a secret that everybody knows is none.
 *
 * What changes something must carry the header X-AVR-Reconciler, which no page of another origin
 * can send unasked, and where it tells its origin, ours. */
#ifndef FACE_GATE_H
#define FACE_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "face/access.h"

#define FACE_MARK "X-AVR-Reconciler"

struct gate_rules {
    const struct digest_key *key; /* of the state folder */
    const char *jwt_secret;       /* NULL: nobody can log in */
    int64_t now_s;                /* wall clock */
};

struct gate_request { /* texts that are not there are NULL */
    enum face_access access;
    bool is_local; /* by its address */
    bool is_forwarded;
    bool changes; /* neither GET nor HEAD */
    const char *authorization, *mark, *origin, *host;
};

struct face_identity {
    enum face_access access;
    const char *who; /* visible text: "ada", "a token", "this machine" */
};

struct gate_answer {
    unsigned status; /* 0: it may */
    const char *code, *sentence;
    struct face_identity identity;
};

struct gate_answer gate_decide(struct arena *, const struct gate_rules *,
                               const struct gate_request *);

/* One that AVR or its examples come with.  NULL is none. */
bool gate_secret_is_known(const char *secret);

#endif

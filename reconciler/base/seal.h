/* seal.h - AES-256-GCM: a value that only the holder of the key can read, in its own place only. */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include "base/digest.h"

struct sealed {
    const unsigned char *bytes; /* nonce, ciphertext, tag */
    size_t len;                 /* of the value, and 28 more */
};

/* A key for one purpose, derived from another key: none of the two tells anything of the other. */
struct digest_key seal_key(const struct digest_key *, const char *purpose);

/* Seals a text.  `place` names where it belongs: opened for any other place it does not open. */
struct sealed seal(struct arena *, const struct digest_key *, const char *place, const char *value);

/* The text, or NULL: another key, another place, or changed bytes. */
const char *seal_open(struct arena *, const struct digest_key *, const char *place, struct sealed);

#endif

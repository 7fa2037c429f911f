/* digest.h - keyed digests (HMAC-SHA-256), so that a value can be recognised without being shown.
 *
 * A plain hash of a short secret can be guessed; these cannot without the key, which never leaves
 * the state directory. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct digest_key {
    unsigned char bytes[32];
};

/* HMAC-SHA-256 with a key of any length. */
void digest_mac(const void *key, size_t key_len, const void *, size_t len, unsigned char ret[32]);
/* Takes the same time wherever they differ. */
bool digest_is_equal(const unsigned char a[32], const unsigned char b[32]);

/* The first hex_len (at most 64) hex digits of the HMAC of len bytes. */
const char *digest_hex(struct arena *, const struct digest_key *, const void *, size_t len,
                       size_t hex_len);

/* Whether two digests of this many digits are one, in a time that does not tell how much of them
 * is. */
bool digest_same(const char *, const char *, size_t hex_len);

#endif

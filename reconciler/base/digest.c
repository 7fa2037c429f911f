#include "base/digest.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

void digest_mac(const void *key, size_t key_len, const void *data, size_t len,
                unsigned char ret[32])
{
    unsigned mac_len = 0;

    if (key_len > INT_MAX || !HMAC(EVP_sha256(), key, (int)key_len, data, len, ret, &mac_len))
        abort(); /* only out of memory gets here */
}

bool digest_is_equal(const unsigned char a[32], const unsigned char b[32])
{
    return CRYPTO_memcmp(a, b, 32) == 0;
}

const char *digest_hex(struct arena *a, const struct digest_key *key, const void *data, size_t len,
                       size_t hex_len)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char mac[32];

    digest_mac(key->bytes, sizeof key->bytes, data, len, mac);
    char *hex = arena_alloc(a, hex_len + 1);
    for (size_t i = 0; i < hex_len && i < 2 * sizeof mac; i++)
        hex[i] = digits[i % 2 ? mac[i / 2] & 15 : mac[i / 2] >> 4];
    return hex;
}

bool digest_same(const char *a, const char *b, size_t hex_len)
{
    return CRYPTO_memcmp(a, b, hex_len) == 0;
}

#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

const char *digest_hex(struct arena *a, const struct digest_key *key, const void *data, size_t len,
                       size_t hex_len)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned mac_len = 0;

    if (!HMAC(EVP_sha256(), key->bytes, sizeof key->bytes, data, len, mac, &mac_len))
        abort(); /* only out of memory gets here */
    char *hex = arena_alloc(a, hex_len + 1);
    for (size_t i = 0; i < hex_len && i < 2 * (size_t)mac_len; i++)
        hex[i] = digits[i % 2 ? mac[i / 2] & 15 : mac[i / 2] >> 4];
    return hex;
}

bool digest_same(const char *a, const char *b, size_t hex_len)
{
    return CRYPTO_memcmp(a, b, hex_len) == 0;
}

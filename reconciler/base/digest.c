#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

/* Made once: HMAC() looks both algorithms up each time, which takes longer than most texts do. */
static EVP_MAC_CTX *hmac_sha256(void)
{
    static EVP_MAC_CTX *kept;
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0),
                                 OSSL_PARAM_construct_end()};

    if (kept)
        return kept;
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    kept = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac); /* the context keeps its own reference */
    if (!kept || !EVP_MAC_CTX_set_params(kept, params))
        abort();
    return kept;
}

void digest_mac(const void *key, size_t key_len, const void *data, size_t len,
                unsigned char ret[32])
{
    EVP_MAC_CTX *mac = hmac_sha256();
    size_t mac_len;

    if (!EVP_MAC_init(mac, key_len ? key : "", key_len, NULL) || !EVP_MAC_update(mac, data, len) ||
        !EVP_MAC_final(mac, ret, &mac_len, 32))
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

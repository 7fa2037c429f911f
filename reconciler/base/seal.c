#include "base/seal.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { NONCE = 12, TAG = 16 };

struct digest_key seal_key(const struct digest_key *key, const char *purpose)
{
    struct digest_key derived;
    unsigned len = 0;

    if (!HMAC(EVP_sha256(), key->bytes, sizeof key->bytes, (const unsigned char *)purpose,
              strlen(purpose), derived.bytes, &len) ||
        len != sizeof derived.bytes)
        abort(); /* only out of memory gets here */
    return derived;
}

/* Random nonces of 96 bits may be drawn some 2^32 times under one key: a generation has tens of
 * secrets, so that is never reached. */
struct sealed seal(struct arena *a, const struct digest_key *key, const char *place,
                   const char *value)
{
    size_t n = strlen(value);
    unsigned char *bytes = arena_alloc(a, NONCE + n + TAG);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int len;

    if (n > INT_MAX - NONCE - TAG || !ctx || RAND_bytes(bytes, NONCE) != 1 ||
        EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key->bytes, bytes) != 1 ||
        EVP_EncryptUpdate(ctx, NULL, &len, (const unsigned char *)place, (int)strlen(place)) != 1 ||
        EVP_EncryptUpdate(ctx, bytes + NONCE, &len, (const unsigned char *)value, (int)n) != 1 ||
        EVP_EncryptFinal_ex(ctx, bytes + NONCE + n, &len) != 1 ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG, bytes + NONCE + n) != 1)
        abort(); /* out of memory or of randomness: never go on with half a seal */
    EVP_CIPHER_CTX_free(ctx);
    return (struct sealed){bytes, NONCE + n + TAG};
}

static bool decrypt(EVP_CIPHER_CTX *ctx, const struct digest_key *key, const char *place,
                    const unsigned char *bytes, size_t n, unsigned char *ret)
{
    unsigned char tag[TAG];
    int len;

    memcpy(tag, bytes + NONCE + n, TAG);
    return EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key->bytes, bytes) == 1 &&
           EVP_DecryptUpdate(ctx, NULL, &len, (const unsigned char *)place, (int)strlen(place)) ==
               1 &&
           EVP_DecryptUpdate(ctx, ret, &len, bytes + NONCE, (int)n) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 &&
           EVP_DecryptFinal_ex(ctx, ret + n, &len) == 1;
}

const char *seal_open(struct arena *a, const struct digest_key *key, const char *place,
                      struct sealed sealed)
{
    if (sealed.len < NONCE + TAG || sealed.len > INT_MAX)
        return NULL;
    size_t n = sealed.len - NONCE - TAG;
    unsigned char *value = arena_alloc(a, n + 1);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

    if (!ctx)
        abort();
    bool opened = decrypt(ctx, key, place, sealed.bytes, n, value);
    EVP_CIPHER_CTX_free(ctx);
    if (opened)
        return (const char *)value;
    memset(value, 0, n); /* what was not authenticated is not looked at */
    return NULL;
}

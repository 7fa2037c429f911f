#include "base/base64.h"

#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

char *base64url_encode(struct arena *a, const void *bytes, size_t len)
{
    if (len > INT_MAX / 2)
        abort();
    char *text = arena_alloc(a, (len + 2) / 3 * 4 + 1);

    EVP_EncodeBlock((unsigned char *)text, bytes, (int)len);
    for (char *c = text; *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
    return text;
}

/* EVP_DecodeBlock() passes over blanks and takes padding for zeros, so both are looked at here. */
char *base64_decode(struct arena *a, const char *text, size_t *ret_len)
{
    size_t len = strlen(text), plain = strspn(text, BASE64_ALNUM "+/"), padding = len - plain;

    if (len % 4 || len > INT_MAX / 2 || padding > 2 || strspn(text + plain, "=") != padding)
        return NULL;
    char *bytes = arena_alloc(a, len / 4 * 3 + 1);
    if (len && EVP_DecodeBlock((unsigned char *)bytes, (const unsigned char *)text, (int)len) < 0)
        return NULL;
    *ret_len = len / 4 * 3 - padding;
    bytes[*ret_len] = '\0';
    return bytes;
}

char *base64url_decode(struct arena *a, const char *text, size_t len, size_t *ret_len)
{
    char *plain = arena_alloc(a, len + 4);

    for (size_t i = 0; i < len; i++) {
        if (!strchr(BASE64URL_ALPHABET, text[i]) || !text[i])
            return NULL;
        plain[i] = text[i] == '-' ? '+' : text[i];
        if (text[i] == '_')
            plain[i] = '/';
    }
    for (size_t i = len; i % 4; i++)
        plain[i] = '=';
    return base64_decode(a, plain, ret_len);
}

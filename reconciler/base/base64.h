/* base64.h - RFC 4648, both alphabets. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/arena.h"

#define BASE64_ALNUM       "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define BASE64URL_ALPHABET BASE64_ALNUM "-_"

/* Of the URL's alphabet, padded. */
char *base64url_encode(struct arena *, const void *, size_t len);

/* Of the URL's alphabet, without padding: as base64_decode(). */
char *base64url_decode(struct arena *, const char *, size_t len, size_t *ret_len);

/* Of the plain alphabet, padded: bytes with a NUL behind them, or NULL if it is not base64. */
char *base64_decode(struct arena *, const char *, size_t *ret_len);

#endif

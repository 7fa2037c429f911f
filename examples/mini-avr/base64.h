#ifndef MINI_BASE64_H
#define MINI_BASE64_H

/* Base64 (RFC 4648, with padding): how audio travels inside JSON messages. */

#include "buffer.h"

/* Append the encoding of length bytes to out. */
void base64_encode(struct buffer *out, const void *bytes, size_t length);

/* Append the bytes that text stands for; false when text is not base64 or out overflows. */
bool base64_decode(struct buffer *out, const char *text, size_t length);

#endif

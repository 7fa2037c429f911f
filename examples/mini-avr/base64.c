#include "base64.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buffer *out, const void *bytes, size_t length)
{
    const unsigned char *in = bytes;
    for (size_t i = 0; i < length; i += 3) {
        size_t have = length - i < 3 ? length - i : 3;
        uint32_t group = (uint32_t)in[i] << 16;
        group |= have > 1 ? (uint32_t)in[i + 1] << 8 : 0;
        group |= have > 2 ? (uint32_t)in[i + 2] : 0;
        char quad[4] = {alphabet[group >> 18], alphabet[group >> 12 & 63],
                        have > 1 ? alphabet[group >> 6 & 63] : '=',
                        have > 2 ? alphabet[group & 63] : '='};
        buffer_append(out, quad, sizeof(quad));
    }
}

static bool decode_quad(struct buffer *out, const char *quad, size_t used)
{
    uint32_t group = 0;
    for (size_t i = 0; i < 4; i++) {
        const char *at = i < used ? memchr(alphabet, quad[i], 64) : alphabet;
        if (at == NULL)
            return false;
        group = group << 6 | (uint32_t)(at - alphabet);
    }
    unsigned char bytes[3] = {(unsigned char)(group >> 16), (unsigned char)(group >> 8),
                              (unsigned char)group};
    buffer_append(out, bytes, used - 1);
    return true;
}

bool base64_decode(struct buffer *out, const char *text, size_t length)
{
    if (length % 4 != 0)
        return false;
    for (size_t i = 0; i < length; i += 4) {
        size_t used = 4;
        if (i + 4 == length && text[i + 3] == '=')
            used = text[i + 2] == '=' ? 2 : 3;
        if (!decode_quad(out, text + i, used))
            return false;
    }
    return !out->overflowed;
}

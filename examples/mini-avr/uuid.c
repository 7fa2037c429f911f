#include "uuid.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

static bool is_dash_place(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void uuid_format(const unsigned char bytes[static UUID_BYTES], char text[static UUID_TEXT_SIZE])
{
    size_t at = 0;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        if (is_dash_place(i))
            text[at++] = '-';
        snprintf(text + at, 3, "%02x", bytes[i]);
        at += 2;
    }
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool uuid_parse(const char *text, unsigned char bytes[static UUID_BYTES])
{
    if (strlen(text) != UUID_TEXT_SIZE - 1)
        return false;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        if (is_dash_place(i) && *text++ != '-')
            return false;
        int high = hex_digit(text[0]), low = hex_digit(text[1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (unsigned char)(high << 4 | low);
        text += 2;
    }
    return true;
}

void uuid_random(unsigned char bytes[static UUID_BYTES])
{
    if (getrandom(bytes, UUID_BYTES, 0) != UUID_BYTES)
        memset(bytes, 0, UUID_BYTES);
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
}

#include "net/dns.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

enum {
    HEAD = 12,
    LABEL = 63,
    NAME = 253,
    TYPE_A = 1,
    CLASS_IN = 1,
    POINTER = 0xc0,
    IS_ANSWER = 0x80,
    WANTS_RECURSION = 1,
    NO_SUCH_NAME = 3,
};

static void put16(unsigned char *p, unsigned n)
{
    p[0] = (unsigned char)(n >> 8);
    p[1] = (unsigned char)n;
}

static unsigned get16(const unsigned char *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

size_t dns_question(unsigned char buf[DNS_MAX], uint16_t id, const char *name)
{
    size_t at = HEAD;

    if (!*name || strlen(name) > NAME)
        return 0;
    memset(buf, 0, HEAD);
    put16(buf, id);
    buf[2] = WANTS_RECURSION;
    put16(buf + 4, 1);
    while (*name) {
        size_t n = strcspn(name, ".");
        if (n == 0 || n > LABEL)
            return 0;
        buf[at++] = (unsigned char)n;
        memcpy(buf + at, name, n);
        at += n;
        name += n + (name[n] == '.');
    }
    buf[at++] = 0;
    put16(buf + at, TYPE_A);
    put16(buf + at + 2, CLASS_IN);
    return at + 4;
}

/* Behind a name: labels up to an empty one, or up to a pointer.  0: it runs over the end. */
static size_t skip_name(const unsigned char *buf, size_t n, size_t at)
{
    while (at < n) {
        if (buf[at] == 0)
            return at + 1;
        if ((buf[at] & POINTER) == POINTER)
            return at + 2 <= n ? at + 2 : 0;
        if (buf[at] > LABEL)
            return 0;
        at += buf[at] + 1u;
    }
    return 0;
}

static bool first_address(const unsigned char *buf, size_t n, size_t at, unsigned records,
                          char ret[DNS_ADDRESS])
{
    enum { FIXED = 10 };

    while (records-- && (at = skip_name(buf, n, at)) && n - at >= FIXED) {
        unsigned type = get16(buf + at), class = get16(buf + at + 2), len = get16(buf + at + 8);
        at += FIXED;
        if (len > n - at)
            return false;
        if (type == TYPE_A && class == CLASS_IN && len == 4)
            return inet_ntop(AF_INET, buf + at, ret, DNS_ADDRESS) != NULL;
        at += len;
    }
    return false;
}

int dns_answer(const unsigned char *buf, size_t n, uint16_t id, char ret[DNS_ADDRESS],
               struct err *err)
{
    if (n < HEAD || get16(buf) != id || !(buf[2] & IS_ANSWER))
        return err_set(err, ERR_INVALID, "not an answer to this question");
    unsigned code = buf[3] & 0xf, questions = get16(buf + 4);
    if (code && code != NO_SUCH_NAME)
        return err_set(err, ERR_TRANSIENT, "the name server failed (code %u)", code);
    size_t at = HEAD;
    while (!code && questions-- && at) {
        at = skip_name(buf, n, at);
        at = at && n - at >= 4 ? at + 4 : 0;
    }
    if (!code && at && first_address(buf, n, at, get16(buf + 6), ret))
        return 0;
    return err_set(err, ERR_NOT_FOUND, "the name does not resolve there");
}

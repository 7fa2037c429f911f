#ifndef MINI_SHA1_H
#define MINI_SHA1_H

/*
 * SHA-1, needed only to answer a WebSocket handshake (RFC 6455 demands it
 * there as a checksum, not for secrecy).
 */

#include <stddef.h>

enum { SHA1_SIZE = 20 };

/* The digest of length bytes. */
void sha1(const void *bytes, size_t length, unsigned char digest[static SHA1_SIZE]);

#endif

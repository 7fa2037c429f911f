/* dns.h - one question to one name server, as bytes: the IPv4 address of a name.
 *
 * The system's resolver cannot be asked through a socket of another network namespace, so this
 * speaks RFC 1035 itself, as far as the engine's name server needs it.  No I/O: the caller sends
 * and receives.  An answer is hostile until it parses. */
#ifndef NET_DNS_H
#define NET_DNS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { DNS_MAX = 512, DNS_ADDRESS = 16 };

/* Writes the question into buf; returns its length, 0 if the name cannot be asked for. */
size_t dns_question(unsigned char buf[DNS_MAX], uint16_t id, const char *name);

/* The first address in the answer, as text.  ERR_NOT_FOUND: there is no such name.  ERR_INVALID:
 * this is no answer to that question: go on waiting.  ERR_TRANSIENT: the server failed. */
int dns_answer(const unsigned char *buf, size_t n, uint16_t id, char ret[DNS_ADDRESS],
               struct err *) MUST_CHECK;

#endif

#ifndef MINI_URL_H
#define MINI_URL_H

/*
 * Plain http:// and ws:// addresses, the only ones AVR's containers use among
 * themselves.  Anything else (TLS, user names, IPv6 literals) is refused.
 */

#include <stdbool.h>
#include <stdint.h>

struct url {
    bool is_websocket;
    uint16_t port;
    char host[256];
    char path[1024]; /* with the query, always begins with a slash */
};

/* Split text into its parts; false when it is no such address. */
bool url_parse(const char *text, struct url *ret_url);

/* Split HOST:PORT; false when it is no such thing. */
bool url_parse_endpoint(const char *text, struct url *ret_url);

#endif

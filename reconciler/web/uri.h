/* uri.h - what a request's target says: pure, and strict about what it takes. */
#ifndef WEB_URI_H
#define WEB_URI_H

#include <stdbool.h>

#include "base/arena.h"
#include "web/route.h"

struct web_pairs {
    struct web_pair {
        const char *name, *value;
    } * items;
    size_t n, cap;
};

const char *web_pair_get(const struct web_pairs *, const char *name); /* the first; NULL: none */

/* %XX taken apart, and '+' as a space where plus.  NULL: malformed, not UTF-8, or it holds a
 * control character. */
const char *uri_decode(struct arena *, const char *, size_t len, bool plus);

/* "a=1&b=two+words"; at most 32 pairs.  False: malformed. */
bool uri_query(struct arena *, const char *query, struct web_pairs *ret);

/* Does the path match the pattern of a route?  The parameters, decoded, are added. */
bool uri_match(struct arena *, const char *pattern, const char *path, struct web_pairs *ret);

struct uri_found {
    const struct web_route *route; /* NULL: there is none */
    struct web_pairs params;
    const char *allow; /* methods of this path, when it has a route, but not of this method */
};

struct uri_found uri_route(struct arena *, const struct web_route *, size_t n, const char *method,
                           const char *path);

/* Is this Host header an address, localhost or one of these names, with or without a port? */
bool uri_host_is_served(const char *host, const char *const *names, size_t n);

#endif

#include "web/request.h"

#include <strings.h>

#include "web/parts.h"

const char *web_method(const struct web_request *r)
{
    return r->method;
}

const char *web_path(const struct web_request *r)
{
    return r->path;
}

const char *web_param(const struct web_request *r, const char *name)
{
    return web_pair_get(&r->params, name);
}

const char *web_query(const struct web_request *r, const char *name)
{
    return web_pair_get(&r->query, name);
}

const char *web_header(const struct web_request *r, const char *name)
{
    for (size_t i = 0; i < r->headers.n; i++)
        if (strcasecmp(r->headers.items[i].name, name) == 0)
            return r->headers.items[i].value;
    return NULL;
}

const char *web_body(const struct web_request *r, size_t *ret_len)
{
    *ret_len = r->body_len;
    return r->body;
}

const struct sockaddr *web_peer(const struct web_request *r)
{
    return (const struct sockaddr *)&r->peer;
}

bool web_is_local(const struct web_request *r)
{
    return peer_is_local(&r->peer);
}

struct arena *web_arena(struct web_request *r)
{
    return r->arena;
}

void web_set_identity(struct web_request *r, const void *identity)
{
    r->identity = identity;
}

const void *web_identity(const struct web_request *r)
{
    return r->identity;
}

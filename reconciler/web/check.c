/* What is refused before anybody looks at it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "web/parts.h"

/* --- the head, copied: it must outlive the connection ---------------------------------------- */

struct head {
    struct web_request *request;
    size_t bytes;
};

static enum MHD_Result take_header(void *ctx, enum MHD_ValueKind kind, const char *name,
                                   size_t name_len, const char *value, size_t value_len)
{
    struct head *head = ctx;
    struct web_request *r = head->request;

    (void)kind;
    head->bytes += name_len + value_len + 4; /* ": " and the end of the line */
    ARRAY_PUSH(r->arena, r->headers,
               ((struct web_pair){arena_strdup(r->arena, name),
                                  value ? arena_strdup(r->arena, value) : ""}));
    return MHD_YES;
}

static size_t count(const struct web_request *r, const char *name)
{
    size_t n = 0;

    for (size_t i = 0; i < r->headers.n; i++)
        n += strcasecmp(r->headers.items[i].name, name) == 0;
    return n;
}

/* --- the checks: each answers, and returns false, if something is wrong ---------------------- */

static bool refuse(struct web_request *r, unsigned status, const char *code, const char *sentence)
{
    web_reply_error(r, status, code, sentence);
    return false;
}

static bool check_size(struct web_request *r)
{
    struct head head = {.request = r};

    if (strlen(r->uri) + strlen(r->method) + sizeof "  HTTP/1.1" - 1 > WEB_MAX_LINE)
        return refuse(r, MHD_HTTP_URI_TOO_LONG, "uri_too_long",
                      "The first line of the request is longer than 2 KiB.");
    MHD_get_connection_values_n(r->connection->mhd, MHD_HEADER_KIND, take_header, &head);
    if (r->headers.n > WEB_MAX_HEADERS || head.bytes > WEB_MAX_HEAD)
        return refuse(r, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large",
                      "The request has more than 64 headers or 8 KiB of them.");
    if (count(r, "Host") > 1 || count(r, "Content-Length") > 1)
        return refuse(r, MHD_HTTP_BAD_REQUEST, "bad_header",
                      "Host or Content-Length is there twice.");
    return true;
}

static bool check_host(struct web_request *r)
{
    const char *host = web_header(r, "Host");

    if (!host || uri_host_is_served(host, r->web->options.hosts, r->web->options.n_hosts))
        return true; /* HTTP/1.0 need not name one; every browser does */
    return refuse(r, MHD_HTTP_MISDIRECTED_REQUEST, "unknown_host",
                  "The request's Host is no name of this service.");
}

static bool check_target(struct web_request *r)
{
    size_t path = strcspn(r->uri, "?");

    r->path = arena_strndup(r->arena, r->uri, path);
    if (*r->path != '/' || (r->uri[path] && !uri_query(r->arena, r->uri + path + 1, &r->query)))
        return refuse(r, MHD_HTTP_BAD_REQUEST, "bad_target",
                      "The path or the query of the request is malformed.");
    return true;
}

static bool find_route(struct web_request *r)
{
    const struct web_options *o = &r->web->options;
    struct uri_found found = uri_route(r->arena, o->routes, o->n_routes, r->method, r->path);

    r->route = found.route;
    r->params = found.params;
    if (found.route)
        return true;
    if (!found.allow)
        return refuse(r, MHD_HTTP_NOT_FOUND, "not_found", "There is nothing at this path.");
    web_reply_header(r, "Allow", found.allow);
    return refuse(r, MHD_HTTP_METHOD_NOT_ALLOWED, "method_not_allowed",
                  "This path is not asked with that method.");
}

static bool has_body(const struct web_request *r)
{
    return !text_is(r->route->method, "GET");
}

static bool check_body(struct web_request *r)
{
    const char *length = web_header(r, "Content-Length");
    size_t n = length ? strtoul(length, NULL, 10) : 0;

    if (web_header(r, "Transfer-Encoding"))
        return refuse(r, MHD_HTTP_LENGTH_REQUIRED, "length_required",
                      "The length of a body must be told beforehand.");
    if (n && !has_body(r))
        return refuse(r, MHD_HTTP_BAD_REQUEST, "unexpected_body", "A GET has no body.");
    if (n > WEB_MAX_BODY)
        return refuse(r, MHD_HTTP_CONTENT_TOO_LARGE, "body_too_large",
                      "The body of the request is longer than 64 KiB.");
    r->body_cap = n;
    return true;
}

static bool ask_gate(struct web_request *r)
{
    const struct web_options *o = &r->web->options;

    return !o->gate || o->gate(o->ctx, r, r->route->access);
}

bool check_head(struct web_request *r)
{
    if (!check_size(r) || !check_host(r) || !check_target(r) || !find_route(r) || !check_body(r) ||
        !ask_gate(r))
        return false;
    r->body = arena_alloc(r->arena, r->body_cap + 1);
    return true;
}

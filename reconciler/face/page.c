/* The page, for whoever can reach it: it holds nothing but itself, and asks the API for the rest.
 *
 * It is revalidated each time and so is never older than the service; a browser that has it gets
 * 304.  Its policy lets it load and reach only what is served here. */
#include <string.h>

#include "base/text.h"
#include "face/page_files.h"
#include "face/parts.h"

static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static const char *type_of(const char *name)
{
    if (text_ends(name, ".js"))
        return "text/javascript; charset=utf-8";
    if (text_ends(name, ".css"))
        return "text/css; charset=utf-8";
    return "text/html; charset=utf-8";
}

static const struct page_file *find(const char *name)
{
    for (size_t i = 0; i < n_page_files; i++)
        if (text_is(page_files[i].name, name))
            return &page_files[i];
    return NULL;
}

static bool header_names(const struct web_request *r, const char *header, const char *word)
{
    const char *value = web_header(r, header);

    return value && strstr(value, word);
}

static void reply_content(struct web_request *r, const struct page_file *file)
{
    bool packed = header_names(r, "Accept-Encoding", "gzip");

    if (packed)
        web_reply_header(r, "Content-Encoding", "gzip");
    web_reply(r, 200, type_of(file->name), (const char *)(packed ? file->packed : file->plain),
              packed ? file->packed_len : file->plain_len);
}

static void reply_file(struct web_request *r, const char *name)
{
    const struct page_file *file = find(name);

    if (!file) {
        web_reply_error(r, 404, "not_found", "There is no such file.");
        return;
    }
    web_reply_header(r, "Content-Security-Policy", policy);
    web_reply_header(r, "Cache-Control", "no-cache");
    web_reply_header(r, "Vary", "Accept-Encoding");
    web_reply_header(r, "ETag", arena_printf(web_arena(r), "W/\"%s\"", file->digest));
    if (header_names(r, "If-None-Match", file->digest))
        web_reply(r, 304, NULL, "", 0);
    else
        reply_content(r, file);
}

static void front(void *ctx, struct web_request *r)
{
    (void)ctx;
    reply_file(r, "index.html");
}

static void part(void *ctx, struct web_request *r)
{
    (void)ctx;
    reply_file(r, web_param(r, "file"));
}

static const struct web_route routes[] = {
    {"GET", "/", ACCESS_ANYONE, front},
    {"GET", "/page/{file}", ACCESS_ANYONE, part},
};

const struct face_family page_family = {.routes = routes,
                                        .n_routes = sizeof routes / sizeof routes[0]};

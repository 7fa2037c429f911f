/* recorded.h - answers of a real engine (Docker 20.10.24), one file a request:
 * {"request": {"method", "path", "body"?}, "status", "body": "as the engine sent it"}. */
#ifndef TESTS_ENGINE_RECORDED_H
#define TESTS_ENGINE_RECORDED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/message.h"

struct recorded {
    const char *method, *path;
    struct http_response response;
};

static inline struct recorded recorded_read(struct arena *a, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, TEST_DATA "/%s.json", name);
    FILE *f = fopen(path, "r");
    if (!f)
        abort();
    char *text = arena_alloc(a, 1 << 16);
    size_t len = fread(text, 1, (1 << 16) - 1, f);
    fclose(f);

    struct err err;
    const cJSON *json = json_parse(a, text, len, &err);
    if (!json)
        abort();
    const cJSON *request = json_get(json, "request");
    const char *body = json_text(json, "body");
    return (struct recorded){
        .method = json_text(request, "method"),
        .path = json_text(request, "path"),
        .response = {.status = (int)json_int(json, "status", 0),
                     .body = body ? body : "",
                     .len = body ? strlen(body) : 0,
                     .server = "Docker/20.10.24+dfsg1 (linux)",
                     .retry_after = "",
                     .api_version = "1.41"},
    };
}

#endif

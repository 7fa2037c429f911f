/* decoder.h - one answer of an engine through the Docker driver. */
#ifndef TESTS_FUZZ_DECODER_H
#define TESTS_FUZZ_DECODER_H

#include <string.h>

#include "engine/engine.h"
#include "fuzz/fuzz.h"

/* True if the answer was taken; a refusal has a code and a sentence. */
static inline int decode_bytes(enum call_kind kind, int status, const uint8_t *data, size_t size,
                               struct arena *a, struct facts *facts)
{
    struct call call = {.kind = kind, .ref = "a"};
    struct http_response r = {.status = status,
                              .body = arena_strndup(a, (const char *)data, size),
                              .len = size,
                              .server = "",
                              .retry_after = "",
                              .api_version = ""};
    struct err err = {0};

    if (docker_driver.decode(&call, &r, a, facts, &err) == 0)
        return 1;
    must(err.code != ERR_NONE && err.text[0] && strlen(err.text) < sizeof err.text);
    return 0;
}

static inline void must_be_sorted(const struct pair *pairs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        must(pairs[i].key && pairs[i].value &&
             (i == 0 || strcmp(pairs[i - 1].key, pairs[i].key) < 0));
}

#endif

#include "fuzz/decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct facts facts;
    struct err err;

    (void)decode_bytes(CALL_PULL, 200, data, size, a, &facts);
    (void)decode_bytes(CALL_PULL, 500, data, size, a, &facts);
    (void)decode_bytes(CALL_DIGEST, 200, data, size, a, &facts);
    const char *line = arena_strndup(a, (const char *)data, size);
    if (docker_driver.pull_line(line, size, &err))
        must(err.text[0]);
    return 0;
}

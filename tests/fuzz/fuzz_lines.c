#include <string.h>

#include "fuzz/fuzz.h"
#include "net/lines.h"

struct seen { /* the lines, in a form that does not depend on how the bytes came */
    char *bytes;
    size_t len;
};

static void remember(struct seen *seen, const char *line, size_t len)
{
    must(line[len] == '\0');
    memcpy(seen->bytes + seen->len, line, len + 1);
    seen->len += len + 1;
}

static void split(struct seen *seen, const char *text, size_t size, size_t step)
{
    struct lines l = {.max = size};
    const char *line;
    size_t len;

    for (size_t at = 0; at < size; at += step) {
        must(lines_add(&l, text + at, step < size - at ? step : size - at));
        while (lines_next(&l, &line, &len))
            remember(seen, line, len);
    }
    if (lines_rest(&l, &line, &len))
        remember(seen, line, len);
    lines_free(&l);
}

/* The first byte says how the rest is cut into pieces; the lines must be those of one piece. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const char *text = (const char *)data + 1;
    struct seen whole = {calloc(2, size + 1), 0}, pieces = {calloc(2, size + 1), 0};

    must(whole.bytes && pieces.bytes);
    split(&whole, text, size - 1, size - 1);
    split(&pieces, text, size - 1, data[0] % 16 + 1u);
    must(whole.len == pieces.len && memcmp(whole.bytes, pieces.bytes, whole.len) == 0);
    free(whole.bytes);
    free(pieces.bytes);
    return 0;
}

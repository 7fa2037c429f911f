#include <string.h>

#include "base/text.h"
#include "core/reference.h"
#include "fuzz/fuzz.h"

/* What parses stays the same through its full form. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const char *text = arena_strndup(a, (const char *)data, size);
    struct reference one, two;
    struct err err;

    if (reference_parse(a, text, &one, &err)) {
        must(err.text[0]);
        (void)reference_same(a, text, "a");
        return 0;
    }
    const char *full = reference_full(a, &one);
    must(reference_parse(a, full, &two, &err) == 0);
    must(text_is(reference_full(a, &two), full));
    must(text_is(one.repository, two.repository));
    must(reference_same(a, text, full));
    must(strlen(reference_basename(&one)) > 0);
    must(reference_parse(a, reference_with_tag(a, &one, "local"), &two, &err) == 0);
    return 0;
}

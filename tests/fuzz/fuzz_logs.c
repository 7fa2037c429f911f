#include "base/text.h"
#include "fuzz/decoder.h"

/* Whatever a container writes, a terminal gets text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct facts facts;

    must(decode_bytes(CALL_LOGS, 200, data, size, a, &facts));
    must(text_is_utf8(facts.log, strlen(facts.log)));
    for (const char *s = facts.log; *s; s++)
        must((unsigned char)*s >= ' ' ? *s != 0x7f : *s == '\n' || *s == '\t');
    return 0;
}

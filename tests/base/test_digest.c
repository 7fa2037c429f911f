/* Goal: it is HMAC-SHA-256, cut to the length that was asked for.
 *
 * A key of fewer than 64 bytes is padded with zeroes, so the keys of RFC 4231's first three cases
 * and of RFC 2104 in 32 bytes give the very same values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/digest.h"

static const char *digest_of(struct arena *a, const char *key, size_t key_len, const char *data,
                             size_t len)
{
    struct digest_key k = {{0}};

    memcpy(k.bytes, key, key_len);
    return digest_hex(a, &k, data, len, 64);
}

static void rfc_4231(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    char ones[20], many[50], counting[25], cd[50];

    (void)state;
    memset(ones, 0x0b, sizeof ones);
    assert_string_equal(digest_of(a, ones, sizeof ones, "Hi There", 8),
                        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    assert_string_equal(digest_of(a, "Jefe", 4, "what do ya want for nothing?", 28),
                        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(ones, 0xaa, sizeof ones);
    memset(many, 0xdd, sizeof many);
    assert_string_equal(digest_of(a, ones, sizeof ones, many, sizeof many),
                        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    for (size_t i = 0; i < sizeof counting; i++)
        counting[i] = (char)(i + 1);
    memset(cd, 0xcd, sizeof cd);
    assert_string_equal(digest_of(a, counting, sizeof counting, cd, sizeof cd),
                        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
}

static void is_cut_to_length(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct digest_key one = {{1}}, two = {{2}};
    const char *whole = digest_hex(a, &one, "x", 1, 64);

    (void)state;
    for (size_t n = 0; n <= 64; n++) {
        const char *cut = digest_hex(a, &one, "x", 1, n);
        assert_int_equal(strlen(cut), n);
        assert_memory_equal(cut, whole, n);
    }
    assert_string_not_equal(digest_hex(a, &two, "x", 1, 12), digest_hex(a, &one, "x", 1, 12));
    assert_int_equal(strlen(digest_hex(a, &one, "", 0, 64)), 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_4231),
        cmocka_unit_test(is_cut_to_length),
    };

    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}

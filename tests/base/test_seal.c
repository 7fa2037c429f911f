/* Goal: a sealed text opens with its key and in its place, and never as anything else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/seal.h"

static const struct digest_key key = {{1, 2, 3}}, other = {{1, 2, 4}};

static void a_seal_opens(void **state)
{
    static const char *const texts[] = {"", "x", "sk-0123456789 with spaces and\nlines è"};
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sealed s = seal(a, &key, "here", texts[i]);
        assert_int_equal(s.len, strlen(texts[i]) + 28);
        assert_string_equal(seal_open(a, &key, "here", s), texts[i]);
    }
}

static void nothing_else_opens_it(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct sealed s = seal(a, &key, "here", "secret");

    (void)state;
    assert_null(seal_open(a, &other, "here", s));
    assert_null(seal_open(a, &key, "there", s));
    assert_null(seal_open(a, &key, "", s));
    unsigned char *bytes = arena_memdup(a, s.bytes, s.len);
    for (size_t i = 0; i < s.len; i++) {
        bytes[i] ^= 1;
        assert_null(seal_open(a, &key, "here", (struct sealed){bytes, s.len}));
        bytes[i] ^= 1;
        assert_null(seal_open(a, &key, "here", (struct sealed){bytes, i}));
    }
    assert_non_null(seal_open(a, &key, "here", (struct sealed){bytes, s.len}));
    assert_null(seal_open(a, &key, "here", (struct sealed){NULL, 0}));
}

/* Otherwise two equal secrets could be seen to be equal, and one nonce would serve twice. */
static void the_same_is_sealed_differently(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct sealed one = seal(a, &key, "here", "secret"), two = seal(a, &key, "here", "secret");

    (void)state;
    assert_memory_not_equal(one.bytes, two.bytes, 12);
    assert_memory_not_equal(one.bytes + 12, two.bytes + 12, one.len - 12);
    assert_null(memmem(one.bytes, one.len, "secret", 6));
}

/* RFC 4231, case 2, whose key fits in 32 bytes with zeroes behind it. */
static void a_key_for_a_purpose_is_derived(void **state)
{
    static const unsigned char begin[] = {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e};
    struct digest_key jefe = {"Jefe"};
    struct digest_key derived = seal_key(&jefe, "what do ya want for nothing?");
    struct digest_key another = seal_key(&jefe, "something else");

    (void)state;
    assert_memory_equal(derived.bytes, begin, sizeof begin);
    assert_memory_not_equal(derived.bytes, another.bytes, sizeof derived.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seal_opens),
        cmocka_unit_test(nothing_else_opens_it),
        cmocka_unit_test(the_same_is_sealed_differently),
        cmocka_unit_test(a_key_for_a_purpose_is_derived),
    };

    return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}

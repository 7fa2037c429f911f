/* A pin names the image that runs, or says why it cannot. */
#include "core/material.h"

#include "core/pin.h"

static const char *const digests[] = {"other.test/acme/sts@sha256:aa", "acme/sts@sha256:bb"};
static const char *const odd[] = {"acme/sts"}; /* no digest at all */
static const struct image images[] = {
    {.asked = "acme/sts:1", .id = "sha256:11"},
    {.asked = "acme/sts:moved", .id = "sha256:22"},
    {.asked = "sha256:11", .id = "sha256:11", .digests = digests, .n_digests = 2},
    {.asked = "sha256:33", .id = "sha256:33"},
    {.asked = "sha256:55", .id = "sha256:55", .digests = odd, .n_digests = 1},
    {.asked = "sha256:44", .id = "sha256:44", .digests = digests, .n_digests = 1},
};
static const struct observed seen = {.images = images, .n_images = N_OF(images)};

static const char *pinned(struct arena *a, const char *ref, const char *id, bool digest)
{
    const struct box b = {.image_ref = ref, .image_id = id};
    const char *ret = NULL;
    struct err err;

    return pin_reference(a, &seen, &b, digest, &ret, &err) == 0
               ? ret
               : arena_printf(a, "%d: %s", err.code, err.text);
}

static void it_is_what_runs(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    assert_string_equal(pinned(a, "acme/sts:1", "sha256:11", false), "acme/sts:1");
    assert_string_equal(pinned(a, "sha256:11", "sha256:11", false), "sha256:11");
    assert_string_equal(pinned(a, "acme/sts:1", "sha256:11", true), "acme/sts@sha256:bb");
    assert_string_equal(pinned(a, "sha256:11", "sha256:11", true), digests[0]);
    /* What cannot be read as a reference is of no repository. */
    assert_string_equal(pinned(a, "Not A Reference", "sha256:11", true), digests[0]);
    /* Nobody looked where its tag leads: it is written as it is. */
    assert_string_equal(pinned(a, "acme/other:1", "sha256:66", false), "acme/other:1");
}

static void what_cannot_be_pinned_says_why(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    assert_non_null(strstr(pinned(a, "acme/sts:moved", "sha256:11", false),
                           "means another image by now: --digest"));
    assert_non_null(
        strstr(pinned(a, "acme/sts:local", "sha256:33", true), "so there is no digest"));
    assert_non_null(strstr(pinned(a, "acme/sts:1", "sha256:55", true), "so there is no digest"));
    assert_non_null(strstr(pinned(a, "acme/sts:1", "sha256:66", true), "so there is no digest"));
    /* Somebody pushed the same image elsewhere. */
    assert_non_null(strstr(pinned(a, "acme/sts:1", "sha256:44", true), "so there is no digest"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_what_runs),
        cmocka_unit_test(what_cannot_be_pinned_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

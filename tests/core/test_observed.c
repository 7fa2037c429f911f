/* Goal: the few questions about one look at the engine. */
#include "core/material.h"

static void test_what_may_carry_calls(void **state)
{
    static const bool runs[] = {[BOX_CREATED] = false,
                                [BOX_RUNNING] = true,
                                [BOX_PAUSED] = true,
                                [BOX_RESTARTING] = true,
                                [BOX_EXITED] = false};

    (void)state;
    for (size_t i = 0; i < N_OF(runs); i++)
        assert_int_equal(box_runs(&(struct box){.state = (enum box_state)i}), runs[i]);
}

static void test_images_by_what_was_asked(void **state)
{
    static const struct image images[] = {{.asked = "a:1", .id = "1"}, {.asked = "b:1"}};
    const struct observed o = {.images = images, .n_images = 2};

    (void)state;
    assert_string_equal(observed_image(&o, "a:1")->id, "1");
    assert_null(observed_image(&o, "b:1")->id); /* looked for, and not there */
    assert_null(observed_image(&o, "a"));
}

static void test_pairs(void **state)
{
    static const struct pair pairs[] = {{"A", "1"}, {"B", ""}, {"D", "4"}, {"E", "5"}};

    (void)state;
    for (size_t i = 0; i < N_OF(pairs); i++)
        assert_string_equal(pair_get(pairs, N_OF(pairs), pairs[i].key), pairs[i].value);
    assert_null(pair_get(pairs, N_OF(pairs), "0"));
    assert_null(pair_get(pairs, N_OF(pairs), "C"));
    assert_null(pair_get(pairs, N_OF(pairs), "F"));
    assert_null(pair_get(NULL, 0, "A"));
}

static void test_aliases_on_any_network(void **state)
{
    static const char *const one[] = {"0123456789ab"}, *const two[] = {"x", "avrd-llm-0"};
    static const struct box_network networks[] = {
        {.name = "avr", .aliases = one, .n_aliases = 1},
        {.name = "empty"},
        {.name = "voice", .aliases = two, .n_aliases = 2}};
    const struct box b = {.networks = networks, .n_networks = 3};

    (void)state;
    assert_true(box_has_alias(&b, "0123456789ab"));
    assert_true(box_has_alias(&b, "avrd-llm-0"));
    assert_false(box_has_alias(&b, "avrd-llm-1"));
    assert_false(box_has_alias(&(struct box){0}, "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_may_carry_calls),
        cmocka_unit_test(test_images_by_what_was_asked),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_aliases_on_any_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Goal: what a reference means is remembered only while somebody listens to what happens to images,
 * and asked again after every news; an image by its id is remembered in any case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "control/cache.h"

#define ID "sha256:fb5d89fb13a82e01ecb102bf2ebe1ee1ecf17de785434000b328bab3cd6a8fe8"

static struct cache *cache;

/* One look, which learns what is not known; true: the reference was known. */
static bool look(void)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    cache_begin(cache, a);
    bool known = cache_image(cache, "avr/sts:1") != NULL;
    cache_keep_image(cache, &(struct image){.asked = "avr/sts:1", .id = ID});
    cache_keep_image(cache, &(struct image){.asked = ID, .id = ID});
    cache_end(cache);
    return known;
}

static int set_up(void **state)
{
    (void)state;
    cache = cache_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cache_free(cache);
    return 0;
}

static void nobody_listens(void **state)
{
    (void)state;
    assert_false(look());
    assert_false(look());
    assert_non_null(cache_image(cache, ID));
}

static void somebody_listens(void **state)
{
    (void)state;
    cache_rely_on_news(cache, true);
    assert_false(look());
    assert_true(look());
    cache_image_news(cache);
    assert_false(look());
    assert_true(look());
    cache_rely_on_news(cache, true); /* after a gap */
    assert_false(look());
    assert_true(look());
    assert_non_null(cache_image(cache, ID));
}

static void the_listener_is_gone(void **state)
{
    (void)state;
    cache_rely_on_news(cache, true);
    look();
    cache_rely_on_news(cache, false);
    assert_false(look());
    assert_false(look());
    cache_rely_on_news(cache, true);
    assert_false(look()); /* what was kept meanwhile does not count */
    assert_true(look());
}

/* What is learned while the news comes may be older than the news. */
static void news_in_the_middle_of_a_look(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    cache_rely_on_news(cache, true);
    look();
    cache_begin(cache, a);
    cache_image_news(cache);
    cache_keep_image(cache, &(struct image){.asked = "avr/sts:1", .id = ID});
    cache_end(cache);
    assert_false(look());
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(nobody_listens),
        TEST(somebody_listens),
        TEST(the_listener_is_gone),
        TEST(news_in_the_middle_of_a_look),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

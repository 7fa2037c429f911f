/* Goal: what a look told holds until something happens to it, and news that comes while a look is
 * under way spoils both what was known before and what is known after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/sight.h"

static struct sight *sight;

static void look(bool good)
{
    sight_look_begins(sight);
    sight_look_ends(sight, good);
}

static int set_up(void **state)
{
    (void)state;
    sight = sight_new();
    sight_hears(sight, true);
    look(true);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sight_free(sight);
    return 0;
}

static void nothing_holds_before_the_first_look(void **state)
{
    struct sight *fresh = sight_new();

    (void)state;
    sight_hears(fresh, true);
    assert_false(sight_holds(fresh, "a"));
    sight_look_begins(fresh);
    assert_false(sight_holds(fresh, "a"));
    sight_look_ends(fresh, true);
    assert_true(sight_holds(fresh, "a"));
    sight_free(fresh);
}

static void news_is_of_one(void **state)
{
    (void)state;
    sight_news(sight, "a");
    sight_news(sight, "a");
    assert_false(sight_holds(sight, "a"));
    assert_true(sight_holds(sight, "b"));
    sight_look_begins(sight);
    assert_false(sight_holds(sight, "a")); /* what is known is still of before */
    sight_look_ends(sight, true);
    assert_true(sight_holds(sight, "a"));
}

static void news_during_a_look_outlives_it(void **state)
{
    (void)state;
    sight_news(sight, "a");
    sight_look_begins(sight);
    sight_news(sight, "a");
    sight_news(sight, "b");
    assert_false(sight_holds(sight, "b"));
    sight_look_ends(sight, true);
    assert_false(sight_holds(sight, "a"));
    assert_false(sight_holds(sight, "b"));
    assert_true(sight_holds(sight, "c"));
    look(true);
    assert_true(sight_holds(sight, "a"));
    assert_true(sight_holds(sight, "b"));
}

static void news_of_nobody_knows_whom_is_everybodys(void **state)
{
    (void)state;
    sight_news(sight, NULL);
    assert_false(sight_holds(sight, "a"));
    sight_look_begins(sight);
    sight_news(sight, NULL);
    sight_look_ends(sight, true);
    assert_false(sight_holds(sight, "a"));
    look(true);
    assert_true(sight_holds(sight, "a"));
}

static void whoever_is_deaf_knows_nothing(void **state)
{
    (void)state;
    sight_hears(sight, false);
    assert_false(sight_holds(sight, "a"));
    look(true);
    assert_false(sight_holds(sight, "a"));
    sight_hears(sight, true);
    assert_false(sight_holds(sight, "a"));
    look(true);
    assert_true(sight_holds(sight, "a"));
}

static void a_look_that_failed_shows_nothing(void **state)
{
    (void)state;
    look(false);
    assert_false(sight_holds(sight, "a"));
    look(true);
    assert_true(sight_holds(sight, "a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_holds_before_the_first_look, set_up, tear_down),
        cmocka_unit_test_setup_teardown(news_is_of_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(news_during_a_look_outlives_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(news_of_nobody_knows_whom_is_everybodys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whoever_is_deaf_knows_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_look_that_failed_shows_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

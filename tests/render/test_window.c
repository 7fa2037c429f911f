/* What people and programs read of an agent that waits for its window. */
#include "render/small.h"

#define NOTE "waits for its window (Mon-Fri 02:00-05:00, opens in 3h12m)"

/* It is Sunday, 22:48. */
static struct small *waiting(struct arena *a)
{
    static const struct step some;
    struct small *s = small_new(a);

    small_is(s, VERDICT_REPLACE, NULL);
    s->box[0].state = BOX_RUNNING;
    s->ap.steps = &some;
    s->ap.n_steps = 1;
    s->ap.n_roles = 2;
    s->look.local = (struct tm){.tm_wday = 0, .tm_hour = 22, .tm_min = 48};
    assert_null(window_parse(a, "Mon-Fri 02:00-05:00", &s->agent.window));
    return s;
}

static const char *plan_json(struct arena *a, const struct small *s)
{
    return render_plan_json(a, &s->look, &s->desired, &s->plan);
}

static void the_diff_says_so(void **state)
{
    struct small *s = waiting(*state);

    assert_string_equal(line_of(*state, small_plan(*state, s), 1), NOTE);
    s->look.local.tm_wday = 1;
    s->look.local.tm_hour = 3;
    assert_null(strstr(small_plan(*state, s), "window"));
}

static void the_table_says_so(void **state)
{
    struct small *s = waiting(*state);
    const char *text = render_status(*state, &s->look, &s->desired, &s->plan);

    assert_true(text_ends(text, NOTE "\n"));
    assert_non_null(strstr(render_status_json(*state, &s->look, &s->desired, &s->plan), NOTE));
}

static void programs_get_the_seconds(void **state)
{
    struct small *s = waiting(*state);

    assert_non_null(strstr(plan_json(*state, s), "\"times\": \"Mon-Fri 02:00-05:00\""));
    assert_non_null(strstr(plan_json(*state, s), "\"opens_in_s\": 11520"));
    s->agent.window = (struct window){0};
    assert_non_null(strstr(plan_json(*state, s), "\"window\": null"));
}

static void whoever_is_down_waits_for_nothing(void **state)
{
    struct small *s = waiting(*state);

    s->box[0].state = BOX_EXITED;
    small_is(s, VERDICT_START, "not running");
    assert_null(strstr(small_plan(*state, s), "window"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_diff_says_so, setup, teardown),
        cmocka_unit_test_setup_teardown(the_table_says_so, setup, teardown),
        cmocka_unit_test_setup_teardown(programs_get_the_seconds, setup, teardown),
        cmocka_unit_test_setup_teardown(whoever_is_down_waits_for_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Goal: a call that only core's webhooks tell of counts like any other, at every gate. */
#include "core/planning.h"

static void a_call_that_only_a_webhook_shows_keeps_a_drain_waiting(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    struct box *b = box_named(&p.m, "avr-sts-a1");
    b->health = HEALTH_GOOD;
    b->ready_ms = p.m.o.now_ms - 60000;
    put_box(&p, "sales", ROLE_STS, PLACE_DRAIN, 50000);
    hear_call(&p, "a1", 60000);
    assert_string_equal(
        next_text(&p, "sales"),
        "wait    sts  avrd-drain-#1 drain, calls 1 (its live calls go on to their end)");
    p.m.o.heard.n_calls = 0;
    assert_string_equal(next_text(&p, "sales"), "stop    sts  avrd-drain-#1 (replaced)");
}

static void nothing_is_swapped_between_announced_and_started(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    sales_says(&p, "Be brief");
    struct box *next = put_box(&p, "sales", ROLE_STS, PLACE_NEXT, 5000);
    next->health = HEALTH_GOOD;
    struct heard_call *c = hear_call(&p, "a1", 0);
    c->row.started_ms = 0;
    c->row.initiated_ms = p.m.o.now_ms - 3000;
    assert_string_equal(next_text(&p, "sales"),
                        "wait    sts  avr-sts-a1 setup until +7s (a call is just being set up)");
    c->row.started_ms = p.m.o.now_ms - 1000;
    assert_string_equal(next_text(&p, "sales"),
                        "rename  sts  avr-sts-a1 -> avrd-drain-#1 (replaced)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_that_only_a_webhook_shows_keeps_a_drain_waiting),
        cmocka_unit_test(nothing_is_swapped_between_announced_and_started),
    };

    return cmocka_run_group_tests_name("rules_heard", tests, NULL, NULL);
}

/* Goal: a storm of pokes is one call, and a storm without end is still answered.  Virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ev.h>

#include "control/virtual_time.h"
#include "watch/settle.h"

static struct ev_loop *loop;
static int fired;
static int64_t fired_ms, begun_ms;
static bool poke_again;
static struct settle *settle;

static void on_fire(void *ctx)
{
    assert_ptr_equal(ctx, &fired);
    fired++;
    fired_ms = virtual_ms() - begun_ms;
    if (poke_again)
        settle_poke(settle);
    poke_again = false;
}

static void on_tick(struct ev_loop *l, struct ev_timer *timer, int events)
{
    int *left = timer->data;

    (void)events;
    settle_poke(settle);
    if (--*left <= 0)
        ev_timer_stop(l, timer);
}

/* So many pokes, so many ms apart. */
static void poke_times(int n, int64_t apart_ms)
{
    struct ev_timer timer;

    ev_timer_init(&timer, on_tick, 0., (double)apart_ms / 1000.);
    timer.data = &n;
    ev_timer_start(loop, &timer);
    ev_run(loop, 0);
}

static int set_up(void **state)
{
    (void)state;
    loop = ev_loop_new(EVFLAG_AUTO);
    settle = settle_new(loop, 100, 1000, on_fire, &fired);
    fired = 0;
    begun_ms = virtual_ms();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    settle_free(settle);
    ev_loop_destroy(loop);
    return 0;
}

static void assert_fired(int times, int64_t from_ms, int64_t to_ms)
{
    assert_int_equal(fired, times);
    assert_in_range(fired_ms, from_ms, to_ms);
}

static void one_poke(void **state)
{
    (void)state;
    settle_poke(settle);
    assert_int_equal(fired, 0); /* never from inside the poke */
    ev_run(loop, 0);
    assert_fired(1, 100, 110);
}

static void a_thousand_in_a_second_are_one(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++)
        settle_poke(settle);
    poke_times(10, 50);
    assert_fired(1, 550, 570);
}

static void a_storm_without_end_is_answered(void **state)
{
    (void)state;
    poke_times(50, 50); /* 2.5 s */
    assert_fired(3, 2450, 2600);
}

static void poked_while_it_fires(void **state)
{
    (void)state;
    poke_again = true;
    settle_poke(settle);
    ev_run(loop, 0);
    assert_fired(2, 200, 220);
}

static void cancelled(void **state)
{
    (void)state;
    settle_poke(settle);
    settle_cancel(settle);
    ev_run(loop, 0);
    assert_int_equal(fired, 0);
    settle_poke(settle);
    settle_free(settle); /* what is pending is not fired */
    settle = NULL;
    ev_run(loop, 0);
    assert_int_equal(fired, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_poke),
        TEST(a_thousand_in_a_second_are_one),
        TEST(a_storm_without_end_is_answered),
        TEST(poked_while_it_fires),
        TEST(cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

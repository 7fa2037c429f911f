#include "net/http_fixture.h"

static void cancel_at_third(void *ctx, const char *line, size_t len)
{
    struct got *g = ctx;

    on_line(ctx, line, len);
    if (g->lines == 3) {
        http_cancel(g->transfer);
        g->transfer = NULL;
    }
}

static void may_be_cancelled_from_its_own_line(void **state)
{
    struct world *w = *state;
    struct http_request r = get("/lines/300");
    struct got g = {0};

    g.transfer = http_send(w->http, &w->endpoint, &r, cancel_at_third, on_done, &g);
    run(w);
    assert_int_equal(g.lines, 3);
    assert_int_equal(g.calls, 0);
}

static void may_be_cancelled_at_any_moment(void **state)
{
    struct world *w = *state;
    struct http_request r = get("/size/300000");

    for (int turns = 0; turns < 12; turns++) {
        struct got g = {0};
        g.transfer = http_send(w->http, &w->endpoint, &r, NULL, on_done, &g);
        for (int i = 0; i < turns && !g.calls; i++)
            ev_run(w->loop, EVRUN_ONCE);
        if (!g.calls)
            http_cancel(g.transfer);
        run(w);
        assert_true(g.calls <= 1);
    }
    assert_int_equal(fetch(w, "/ok").status, 200);
}

static void cancel_and_send_again(void *ctx, const struct http_response *r, const struct err *err)
{
    struct got *g = ctx;
    struct http_request again = get("/ok");

    on_done(ctx, r, err);
    if (g->other)
        http_cancel(g->other);
    g->other = NULL;
    if (g->calls < 4)
        http_send(g->world->http, &g->world->endpoint, &again, NULL, cancel_and_send_again, g);
}

static void done_may_cancel_and_send(void **state)
{
    struct world *w = *state;
    struct http_request r = get("/ok"), stall = get("/stall");
    struct got g = {.world = w}, other = {0};

    g.other = http_send(w->http, &w->endpoint, &stall, NULL, on_done, &other);
    http_send(w->http, &w->endpoint, &r, NULL, cancel_and_send_again, &g);
    run(w);
    assert_int_equal(g.calls, 4);
    assert_int_equal(g.status, 200);
    assert_int_equal(other.calls, 0);
}

/* Both answers are ready in the same turn of the loop, and each cancels the other. */
static void the_first_of_two_may_cancel_the_second(void **state)
{
    struct world *w = *state;
    struct http_request r = get("/slow/30");
    struct got one = {.calls = 10, .world = w}, two = {.calls = 10, .world = w};

    two.other = http_send(w->http, &w->endpoint, &r, NULL, cancel_and_send_again, &one);
    one.other = http_send(w->http, &w->endpoint, &r, NULL, cancel_and_send_again, &two);
    usleep(80000);
    run(w);
    assert_int_equal(one.calls + two.calls, 21);
}

static void closing_cancels_what_is_left(void **state)
{
    struct world *w = *state;
    struct http_request r = get("/slow/10000");
    struct got got[10] = {0};

    for (int i = 0; i < 10; i++)
        http_send(w->http, &w->endpoint, &r, NULL, on_done, &got[i]);
    for (int i = 0; i < 3; i++)
        ev_run(w->loop, EVRUN_NOWAIT);
    http_close(w->http);
    w->http = NULL;
    run(w);
    for (int i = 0; i < 10; i++)
        assert_int_equal(got[i].calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_UNIX(may_be_cancelled_from_its_own_line),     ON_UNIX(may_be_cancelled_at_any_moment),
        ON_TCP(may_be_cancelled_at_any_moment),          ON_UNIX(done_may_cancel_and_send),
        ON_UNIX(the_first_of_two_may_cancel_the_second), ON_UNIX(closing_cancels_what_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

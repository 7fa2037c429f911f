/* Goal: of many calls a few have a request at a time, all are made, and after an error none is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ev.h>
#include <string.h>

#include "control/batch.h"

/* --- a client of this test's own, whose answers come from the loop --------------------------- */

enum { MANY = 50 };

struct client_call {
    struct ev_timer answer;
    struct call call;
    client_done *done;
    void *ctx;
};

static struct client client;
static struct client_call calls[MANY];
static size_t n_sent, n_open, most_open;
static const char *fails, *is_gone; /* ids */

static void on_answer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct client_call *c = timer->data;
    struct facts facts = {.created_id = c->call.id};
    struct err err = {0};

    (void)loop, (void)events;
    n_open--;
    if (fails && strcmp(fails, c->call.id) == 0)
        (void)err_set(&err, ERR_TRANSIENT, "%s failed", c->call.id);
    if (is_gone && strcmp(is_gone, c->call.id) == 0)
        (void)err_set(&err, ERR_NOT_FOUND, "%s is gone", c->call.id);
    c->done(c->ctx, err.code ? NULL : &facts, err.code ? &err : NULL);
}

struct client_call *client_send(struct client *to, const struct call *call, struct arena *a,
                                client_done *done, void *ctx)
{
    struct client_call *c = &calls[n_sent++];

    assert_non_null(a);
    *c = (struct client_call){.call = *call, .done = done, .ctx = ctx};
    ev_timer_init(&c->answer, on_answer, 0., 0.);
    c->answer.data = c;
    ev_timer_start(to->loop, &c->answer);
    n_open++;
    most_open = n_open > most_open ? n_open : most_open;
    return c;
}

/* --- the batch ------------------------------------------------------------------------------- */

static struct arena *arena;
static const char *ids[MANY];
static size_t told[MANY]; /* by index: how often */

static void on_facts(void *ctx, size_t index, const struct facts *facts)
{
    assert_ptr_equal(ctx, told);
    assert_string_equal(facts->created_id, ids[index]);
    told[index]++;
}

static bool forgive(void *ctx, size_t index, const struct err *err)
{
    (void)ctx, (void)index;
    return err->code == ERR_NOT_FOUND;
}

static int send_many(struct err *err)
{
    struct batch b = {.client = &client, .arena = arena, .on_facts = on_facts, .ctx = told};

    b.forgive = forgive;
    for (size_t i = 0; i < MANY; i++)
        batch_send(&b, i, &(struct call){.kind = CALL_INSPECT, .id = ids[i]}, NULL);
    return batch_wait(&b, err);
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    client.loop = ev_loop_new(EVFLAG_AUTO);
    n_sent = n_open = most_open = 0;
    fails = is_gone = NULL;
    for (size_t i = 0; i < MANY; i++) {
        ids[i] = arena_printf(arena, "id %zu", i);
        told[i] = 0;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ev_loop_destroy(client.loop);
    arena_free(arena);
    return 0;
}

static void all_are_made_a_few_at_a_time(void **state)
{
    struct err err;

    (void)state;
    is_gone = "id 20"; /* which is forgiven */
    assert_int_equal(send_many(&err), 0);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(told[i], i != 20);
    assert_in_range(most_open, 2, MANY / 2);
}

static void after_an_error_no_more_are_made(void **state)
{
    struct err err;

    (void)state;
    fails = "id 3";
    assert_int_equal(send_many(&err), -1);
    assert_int_equal(err.code, ERR_TRANSIENT);
    assert_string_equal(err.text, "id 3 failed");
    assert_true(n_sent > 3 && n_sent < MANY);
    assert_int_equal(n_open, 0);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(told[i], i < n_sent && i != 3); /* what was under way was let finish */
}

static void none_at_all_is_no_wait(void **state)
{
    struct batch b = {.client = &client, .arena = arena, .on_facts = on_facts, .ctx = told};
    struct err err;

    (void)state;
    assert_int_equal(batch_wait(&b, &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_are_made_a_few_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(after_an_error_no_more_are_made, set_up, tear_down),
        cmocka_unit_test_setup_teardown(none_at_all_is_no_wait, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}

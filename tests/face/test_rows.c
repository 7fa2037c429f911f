/* What differs from round to round is told, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "face/rows.h"

static const struct digest_key key;
static struct rows *rows;
static struct text told;
static struct agent agents[3];
static struct agent_plan plans[3];
static struct render render;

static void on_agent(void *ctx, const struct agent_plan *plan)
{
    (void)ctx;
    text_printf(&told, "%s ", plan->agent->id);
}

static void on_gone(void *ctx, const char *id)
{
    (void)ctx;
    text_printf(&told, "-%s ", id);
}

/* What the round of the first n agents tells. */
static const char *round_of(size_t n)
{
    const struct plan plan = {.agents = plans, .n_agents = n};

    told.len = 0;
    render.now_ms += 5000;
    rows_round(rows, &render, &plan, &(struct rows_listener){on_agent, on_gone, NULL});
    return told.len ? text_str(&told) : "";
}

static int setup(void **state)
{
    static const char *const ids[] = {"c", "a", "b"};

    *state = arena_new();
    told = (struct text){.arena = *state};
    render = (struct render){.key = &key, .now_ms = 1000000};
    rows = rows_new();
    for (size_t i = 0; i < 3; i++) {
        agents[i] = (struct agent){.id = ids[i], .name = ids[i], .wish = WISH_STOP};
        plans[i] = (struct agent_plan){.agent = &agents[i]};
    }
    return 0;
}

static int teardown(void **state)
{
    rows_free(rows);
    arena_free(*state);
    return 0;
}

static void the_first_round_is_read_from_the_list(void **state)
{
    (void)state;
    assert_string_equal(round_of(3), "");
    assert_int_equal(rows_since_ms(rows, "a"), -1);
}

static void time_alone_is_no_news(void **state)
{
    struct box box = {.name = "avr-sts-c", .state = BOX_RUNNING, .started_ms = 900000};
    const struct role_plan role = {.role = ROLE_STS, .name = box.name, .live = &box};
    const struct order pause = {.agent_id = "c", .kind = ORDER_PAUSE, .at_ms = 900000};

    (void)state;
    plans[0].roles = &role;
    plans[0].n_roles = 1;
    agents[0].pause = &pause;
    round_of(3);
    assert_string_equal(round_of(3), "");
    box.started_ms = render.now_ms + 1000; /* it was restarted */
    assert_string_equal(round_of(3), "c ");
}

static void what_is_another_is_told_and_since_when(void **state)
{
    (void)state;
    round_of(3);
    plans[1].verdict = VERDICT_REPLACE;
    assert_string_equal(round_of(3), "a ");
    int64_t since = render.now_ms;
    assert_int_equal(rows_since_ms(rows, "a"), since);
    assert_string_equal(round_of(3), "");
    assert_int_equal(rows_since_ms(rows, "a"), since);
    plans[1].live_calls = 2; /* of the same state */
    assert_string_equal(round_of(3), "a ");
    assert_int_equal(rows_since_ms(rows, "a"), since);
    assert_int_equal(rows_since_ms(rows, "b"), -1);
}

static void agents_come_and_go(void **state)
{
    (void)state;
    round_of(2);
    assert_string_equal(round_of(3), "b ");
    assert_int_equal(rows_since_ms(rows, "b"), render.now_ms);
    assert_string_equal(round_of(1), "-a -b ");
    assert_int_equal(rows_since_ms(rows, "b"), -1);
    assert_string_equal(round_of(0), "-c ");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_round_is_read_from_the_list),
        TEST(time_alone_is_no_news),
        TEST(what_is_another_is_told_and_since_when),
        TEST(agents_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

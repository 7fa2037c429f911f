/* Goal: whoever should have asked in a call and did not is found out, and nobody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "service/fetches.h"

static struct fetches *f;
static int missed[ROLE__N];
static unsigned asking;
static int64_t now_ms;

static bool should_ask(void *ctx, const char *agent_id, enum role role)
{
    assert_null(ctx);
    assert_string_equal(agent_id, "a1");
    return asking & 1u << role;
}

static void did_not(void *ctx, const char *agent_id, enum role role)
{
    assert_null(ctx);
    assert_string_equal(agent_id, "a1");
    missed[role]++;
}

static const struct fetches_judge judge = {should_ask, did_not, NULL};

static int set_up(void **state)
{
    (void)state;
    f = fetches_new();
    for (enum role r = 0; r < ROLE__N; r++)
        missed[r] = 0;
    asking = 1u << ROLE_STS;
    now_ms = 1000000;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fetches_free(f);
    return 0;
}

static void begin_noticed_after(int64_t ms)
{
    const struct call_row row = {.uuid = "u", .agent_id = "a1", .started_ms = now_ms};

    now_ms += ms;
    fetches_calls(f, &row, 1, now_ms, &judge);
}

static void begin(void)
{
    begin_noticed_after(100);
}

static void end_after(int64_t ms)
{
    now_ms += ms;
    fetches_calls(f, NULL, 0, now_ms, &judge);
}

static void ask_after(int64_t ms, enum role role)
{
    now_ms += ms;
    fetches_note(f, "a1", role, now_ms);
}

static void one_that_asks(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        begin();
        ask_after(200, ROLE_STS);
        end_after(60000);
    }
    ask_after(60000, ROLE_STS); /* a moment before its call is written */
    begin();
    end_after(60000);
    assert_int_equal(missed[ROLE_STS], 0);
}

static void one_that_does_not(void **state)
{
    (void)state;
    ask_after(0, ROLE_STS); /* long ago */
    now_ms += 60000;
    begin();
    assert_int_equal(missed[ROLE_STS], 0);
    end_after(20000);
    assert_int_equal(missed[ROLE_STS], 1);
    assert_int_equal(missed[ROLE_LLM], 0);
}

static void what_is_not_judged(void **state)
{
    (void)state;
    begin();
    end_after(9000); /* too short: the caller hung up */
    now_ms += 60000;
    begin_noticed_after(6000); /* too late: its question may have been missed */
    end_after(60000);
    asking = 0; /* it was made before it should ask */
    begin();
    asking = 1u << ROLE_STS;
    end_after(60000);
    assert_int_equal(missed[ROLE_STS], 0);
}

static void calls_of_nobody(void **state)
{
    const struct call_row rows[] = {{.uuid = "u", .started_ms = now_ms},
                                    {.agent_id = "a1", .started_ms = now_ms},
                                    {.uuid = "v", .agent_id = "a1"}};

    (void)state;
    fetches_calls(f, rows, 3, now_ms, &judge);
    end_after(60000);
    assert_int_equal(missed[ROLE_STS], 0);
}

/* A caller who says nothing never makes the llm's turn come. */
static void a_turn_may_not_come(void **state)
{
    (void)state;
    asking = 1u << ROLE_LLM;
    for (int i = 0; i < 2; i++) {
        begin();
        end_after(60000);
    }
    begin();
    ask_after(30000, ROLE_LLM);
    end_after(30000);
    for (int i = 0; i < 2; i++) {
        begin();
        end_after(60000);
    }
    assert_int_equal(missed[ROLE_LLM], 0);
    begin();
    end_after(60000);
    assert_int_equal(missed[ROLE_LLM], 1);
}

int main(void)
{
#define IT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        IT(one_that_asks),   IT(one_that_does_not),   IT(what_is_not_judged),
        IT(calls_of_nobody), IT(a_turn_may_not_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

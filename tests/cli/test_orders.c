/* The verbs of operators, from command line to what stands in state.db, against a control that is
 * played. */
#include "cli/fake_control.h"

#include "base/text.h"
#include "control/orders.h"
#include "control/recall.h"
#include "control/state.h"

struct desk {
    struct arena *a;
    char dir[64];
    const char *env[5];
};

static int set_up(void **state)
{
    struct desk *d;

    memset(&fake, 0, sizeof fake);
    fake.plan = &fixture_plan;
    struct arena *a = arena_new();
    d = arena_alloc(a, sizeof *d);
    d->a = a;
    strcpy(d->dir, "/tmp/avr-cli-orders-XXXXXX");
    if (!mkdtemp(d->dir))
        return -1;
    d->env[0] = "DB_DATABASE=data.db";
    d->env[1] = arena_printf(a, "AVR_RECONCILER_STATE_DIR=%s", d->dir);
    d->env[2] = "AVR_RECONCILER_CONTROL=/nowhere/at/all";
    *state = d;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *d = *state;
    char command[100];

    snprintf(command, sizeof command, "rm -rf %s", d->dir);
    int result = system(command);
    arena_free(d->a);
    return result;
}

#define ORDER_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static struct ran run(struct desk *d, const char *line)
{
    return run_program(d->a, line, d->env);
}

static struct standing_orders standing(struct desk *d)
{
    struct standing_orders s;
    struct err err;

    struct store *store = recall_open(d->a, d->dir);

    if (!store)
        return (struct standing_orders){0};
    if (orders_read(store, d->a, &s, &err) < 0)
        fail_msg("%s", err.text);
    store_close(store);
    return s;
}

static void an_order_is_written_down_and_needs_no_engine(void **state)
{
    struct desk *d = *state;
    struct ran ran = run(d, "pause sales --why vendor");

    assert_int_equal(ran.code, 0);
    assert_contains(ran.err, "sales is paused: nothing is done to it");
    assert_string_equal(ran.out, "");
    assert_int_equal(fake.sessions, 0);
    struct standing_orders s = standing(d);
    assert_int_equal(s.orders.n, 1);
    assert_int_equal(s.orders.items[0].kind, ORDER_PAUSE);
    assert_string_equal(s.orders.items[0].agent_id, "51c09d07");
    assert_string_equal(s.orders.items[0].why, "vendor");
    assert_true(*s.orders.items[0].who != '\0');
    assert_contains(run(d, "resume 51c0").err, "sales is paused no more");
    assert_int_equal(standing(d).orders.n, 0);
    assert_string_equal(run(d, "pause sales -q").err, "");
}

static void who_gave_it_is_the_person_behind_sudo(void **state)
{
    struct desk *d = *state;

    d->env[3] = "SUDO_USER=anna";
    assert_int_equal(run(d, "pause sales").code, 0);
    if (getuid() == 0)
        assert_string_equal(standing(d).orders.items[0].who, "anna");
    else
        assert_string_not_equal(standing(d).orders.items[0].who, "anna");
}

static void it_is_carried_out_for_this_agent_alone(void **state)
{
    static const char *const lines[] = {"stop sales", "start sales", "restart sales"};
    struct desk *d = *state;

    for (size_t i = 0; i < COUNT(lines); i++) {
        assert_int_equal(run(d, lines[i]).code, 0);
        assert_int_equal(fake.applies, (int)i + 1);
        assert_int_equal(fake.asked.n_only, 1);
        assert_string_equal(fake.only[0], "51c09d07");
        assert_false(fake.asked.plan.now);
    }
    assert_int_equal(standing(d).orders.n, 1);
}

static void an_unknown_agent_changes_nothing(void **state)
{
    struct desk *d = *state;
    struct ran ran = run(d, "stop suport");

    assert_int_equal(ran.code, 64);
    assert_contains(ran.err, "unknown agent \"suport\"; did you mean \"support\"?");
    assert_int_equal(fake.applies, 0);
    assert_int_equal(standing(d).orders.n, 0);
    assert_int_equal(run(d, "stop").code, 64);
    assert_int_equal(run(d, "stop sales support").code, 64);
    assert_int_equal(run(d, "rollback sales").code, 64);
    assert_contains(run(d, "rollback sales --to 3").err, "no generation 3 of sales");
    assert_int_equal(run(d, "pause sales --now").code, 64);
}

/* Asked before anything is written. */
static void cutting_calls_wants_a_yes(void **state)
{
    struct desk *d = *state;
    struct ran ran = run(d, "restart sales --now");

    assert_int_equal(ran.code, 64);
    assert_contains(ran.err, "add -y if that is meant");
    assert_int_equal(standing(d).orders.n, 0);
    assert_int_equal(run(d, "restart sales --now -y").code, 0);
    assert_true(fake.asked.plan.now);
    assert_int_equal(standing(d).orders.n, 1);
}

static void it_stands_when_it_cannot_be_carried_out(void **state)
{
    struct desk *d = *state;

    err_set(&fake.look_err, ERR_UNREACHABLE, "no engine");
    struct ran ran = run(d, "stop sales");
    assert_int_equal(ran.code, 6);
    assert_contains(ran.err, "The order stands. Carry it out with:  avr-reconciler apply sales");
    assert_int_equal(standing(d).orders.n, 1);
}

/* The fixture's sales is in sync: nothing of it is older than the order. */
static void what_is_over_is_forgotten_and_told(void **state)
{
    struct desk *d = *state;
    struct agent sales = fixture_agents[2];
    struct agent_plan plans[] = {fixture_plans[2]};
    const struct plan plan = {.agents = plans, .n_agents = 1, .n_containers = 2};

    assert_int_equal(run(d, "restart sales").code, 0);
    fake.orders = standing(d);
    sales.restart = &fake.orders.orders.items[0];
    plans[0].agent = &sales;
    fake.plan = &plan;
    assert_contains(run(d, "apply").err, "sales: restarted, as was ordered");
    assert_int_equal(standing(d).orders.n, 0);
}

static void a_restart_that_failed_is_not_tried_again(void **state)
{
    struct desk *d = *state;
    struct agent sales = fixture_agents[2];

    assert_int_equal(run(d, "restart sales").code, 0);
    fake.orders = standing(d);
    sales.restart = &fake.orders.orders.items[0];
    const struct agent_outcome failed[] = {{&sales, RESULT_FAILED, "deaf", 3}};
    fake.outcome = (struct outcome){failed, 1};
    struct ran ran = run(d, "apply");
    assert_int_equal(ran.code, 4);
    assert_contains(ran.err, "sales: the restart failed and is not tried again by itself");
    assert_int_equal(standing(d).orders.n, 0);
}

static void logs_come_with_headings_and_harmless(void **state)
{
    struct desk *d = *state;
    struct ran ran = run(d, "logs sales --tail 7");

    assert_int_equal(ran.code, 0);
    assert_string_equal(ran.out, "==> sts  avr-sts-51c09d07 (live) <==\n"
                                 "the last 7 lines\\x1b[2J\n"
                                 "\n"
                                 "==> core  avr-core-51c09d07 (live) <==\n"
                                 "the last 7 lines\\x1b[2J\n");
    assert_true(fake.read_only);
    fake.n_logged = 0;
    assert_contains(run(d, "logs sales core").out, "the last 50 lines");
    assert_int_equal(fake.n_logged, 1);
    assert_string_equal(fake.logged[0], "core-sales");
    ran = run(d, "logs sales cor");
    assert_int_equal(ran.code, 64);
    assert_contains(ran.err, "unknown role \"cor\"; did you mean \"core\"?");
    assert_int_equal(run(d, "logs nobody").code, 64);
    assert_int_equal(run(d, "logs sales --tail 0").code, 64);
    ran = run(d, "logs lobby");
    assert_int_equal(ran.code, 1);
    assert_contains(ran.err, "There is no such container.");
}

static void logs_are_followed_until_somebody_leaves(void **state)
{
    struct desk *d = *state;
    struct ran ran = run(d, "logs sales sts --follow");

    assert_int_equal(ran.code, 0);
    assert_string_equal(ran.out,
                        "==> sts  avr-sts-51c09d07 (live) <==\n"
                        "one\\x1b[2J\n"
                        "\n"
                        "==> sts  another container is avr-sts-51c09d07 now <==\n"
                        "\n"
                        "==> sts  avr-sts-51c09d07 (live) <==\n"
                        "hello\n"
                        "again\n"
                        "\n"
                        "==> sts  avrd-drain-01a203ef73be (replaced, its calls go on) <==\n"
                        "bye\n");
    fake.follow_fails = true;
    ran = run(d, "logs sales --follow");
    assert_int_equal(ran.code, 6);
    assert_contains(ran.err, "it is away");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ORDER_TEST(an_order_is_written_down_and_needs_no_engine),
        ORDER_TEST(who_gave_it_is_the_person_behind_sudo),
        ORDER_TEST(it_is_carried_out_for_this_agent_alone),
        ORDER_TEST(an_unknown_agent_changes_nothing),
        ORDER_TEST(cutting_calls_wants_a_yes),
        ORDER_TEST(it_stands_when_it_cannot_be_carried_out),
        ORDER_TEST(what_is_over_is_forgotten_and_told),
        ORDER_TEST(a_restart_that_failed_is_not_tried_again),
        ORDER_TEST(logs_come_with_headings_and_harmless),
        ORDER_TEST(logs_are_followed_until_somebody_leaves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

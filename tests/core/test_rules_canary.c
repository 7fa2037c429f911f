/* Goal: where a canary is asked for, nothing replaces what works before calls have gone well on the
 * candidate, what they say is done, and nobody's call is cut by it. */
#include "core/planning.h"

#include "core/canary_gate.h"
#include "core/wish.h"

enum { CALLS = 3 };

struct story {
    struct planning p;
    ARRAY(struct heard_trial) trials;
    struct heard_agent agent;
};

/* Core's webhooks come in, and it is known that calls of the agent have transcripts. */
static void listen(struct story *s)
{
    s->agent = (struct heard_agent){.id = "a1",
                                    .since_ms = s->p.m.o.now_ms - 1000,
                                    .asks = true,
                                    .earlier = {10000, SPEECH_HEARD}};
    s->p.m.o.heard = (struct heard){.listens = true, .agents = &s->agent, .n_agents = 1};
}

static void ask_for_canary(struct story *s)
{
    struct planning *p = &s->p;

    p->agent = (struct agent_spec){.key = "a1", .has_role[ROLE_STS] = true};
    p->agent.rollout.canary_calls = (struct number){.n = CALLS, .set = true};
    p->agent.rollout.canary_percent = (struct number){.n = 100, .set = true};
    story_merge(p);
}

/* Something else is asked for. */
static void begin(struct story *s, struct arena *a)
{
    *s = (struct story){0};
    story_begin(&s->p, a);
    ask_for_canary(s);
    sales_says(&s->p, "Be brief");
    listen(s);
}

/* … and the candidate is ready. */
static struct box *begin_ready(struct story *s, struct arena *a)
{
    begin(s, a);
    struct box *next = put_box(&s->p, "sales", ROLE_STS, PLACE_NEXT, 600000);
    next->health = HEALTH_GOOD;
    return next;
}

/* Core's own settings say something. */
static void core_says(struct story *s, const char *name, const char *value)
{
    struct env_var *env = arena_alloc(s->p.m.a, sizeof *env);

    *env = (struct env_var){.name = name, .value = value};
    s->p.agent.has_role[ROLE_CORE] = true;
    s->p.agent.role[ROLE_CORE].environment = (struct env_list){env, 1};
    story_merge(&s->p);
}

enum { LIVE = 0 };

/* A call on it that began so long ago and ended so long ago. */
static struct canary_call *put_trial(struct story *s, const struct box *b, int64_t ago_ms,
                                     int64_t ended_ago_ms)
{
    int64_t now = s->p.m.o.now_ms;
    struct heard_trial trial = {.box_id = b->id,
                                .call = {.started_ms = now - ago_ms,
                                         .spoke_ms = now - ago_ms + 1000,
                                         .ended_ms = ended_ago_ms ? now - ended_ago_ms : 0}};

    ARRAY_PUSH(s->p.m.a, s->trials, trial);
    s->p.m.o.heard.trials = s->trials.items;
    s->p.m.o.heard.n_trials = s->trials.n;
    return &s->trials.items[s->trials.n - 1].call;
}

static void put_good_calls(struct story *s, const struct box *b, int n)
{
    for (int i = 0; i < n; i++)
        put_trial(s, b, 60000, 10000);
}

#define ASSERT_NEXT(s, text) assert_string_equal(next_text(&(s)->p, "sales"), text)

static const char swap[] = "rename  sts  avr-sts-a1 -> avrd-drain-#1 (replaced)";
static const char goes_bad[] =
    "rename  sts  avrd-next-#1 -> avrd-failed-#1 (2 of 2 calls on the new "
    "container met errors)";

static void it_waits_until_enough_went_well(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;
    struct box *next = begin_ready(&s, a);

    (void)state;
    ASSERT_NEXT(&s, "wait    sts  avrd-next-#1 canary (0 of 3 calls went well on the new "
                    "container)");
    put_good_calls(&s, next, CALLS - 1);
    put_trial(&s, next, 60000, LIVE);
    ASSERT_NEXT(&s, "wait    sts  avrd-next-#1 canary (2 of 3 calls went well on the new "
                    "container)");
    put_good_calls(&s, next, 1);
    ASSERT_NEXT(&s, swap);
}

static void it_goes_back_when_they_did_not(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;
    struct box *next = begin_ready(&s, a);

    (void)state;
    for (int i = 0; i < CANARY_BAD; i++)
        put_trial(&s, next, 60000, LIVE)->errors = 1;
    ASSERT_NEXT(&s, goes_bad);
    next->name = place_name(a, PLACE_FAILED, s.p.m.o.now_ms);
    next->sockets = 2;
    s.p.m.o.now_ms += 6000;
    ASSERT_NEXT(&s, "wait    sts  avrd-failed-#1 drain, calls 2 (its live calls go on to their "
                    "end)");
    next->sockets = 0;
    ASSERT_NEXT(&s, "stop    sts  avrd-failed-#1 (it failed; kept for its logs)");
    next->state = BOX_EXITED;
    s.p.m.o.now_ms += 30 * 60000; /* each try is paid for by callers: the longest back-off */
    struct step held =
        agent_next(a, &s.p.m.d, agent_of(&s.p.m, "sales"), &s.p.m.o, &test_key, &s.p.options);
    assert_int_equal(held.hold, HOLD_FAILED);
}

/* A moment that only time brings: two calls in which nothing was said. */
static void silence_is_told_by_time(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;
    struct box *next = begin_ready(&s, a);

    (void)state;
    put_trial(&s, next, 7000, LIVE)->spoke_ms = 0;
    put_trial(&s, next, 7000, LIVE)->spoke_ms = 0;
    ASSERT_NEXT(&s, "wait    sts  avrd-next-#1 canary until +1s (0 of 3 calls went well on the new "
                    "container)");
    s.p.m.o.now_ms += 1001;
    ASSERT_NEXT(&s, "rename  sts  avrd-next-#1 -> avrd-failed-#1 (in 2 of 2 calls on the new "
                    "container the agent said nothing for 8 s)");
}

static void a_candidate_that_ends_under_calls_has_failed(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;
    struct box *next = begin_ready(&s, a);

    (void)state;
    next->state = BOX_EXITED;
    next->exit_code = 7;
    next->health = HEALTH_UNKNOWN;
    ASSERT_NEXT(&s, "start   sts  avrd-next-#1 (candidate)"); /* the engine may have restarted */
    put_good_calls(&s, next, 1);
    ASSERT_NEXT(&s,
                "rename  sts  avrd-next-#1 -> avrd-failed-#1 (it ended (exit 7) while calls met "
                "it)");
}

/* A core that goes by the name whatever it is told would prove the old container good. */
static void a_call_that_never_arrives_is_noticed(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;
    struct box *next = begin_ready(&s, a);
    static const char waits[] = "wait    sts  avrd-next-#1 canary (0 of 3 calls went well on the "
                                "new container)";

    (void)state;
    struct canary_call *c = put_trial(&s, next, CANARY_ARRIVES_MS + 1, LIVE);
    next->quiet_ms = c->started_ms - 1000;
    next->sockets = 1;
    ASSERT_NEXT(&s, waits);
    next->sockets = 0;
    ASSERT_NEXT(&s, "rename  sts  avrd-next-#1 -> avrd-failed-#1 (a call that was sent to it never "
                    "reached it: does core obey sts_url (1.12 or later)?)");
    s.p.m.o.sockets_known = false;
    ASSERT_NEXT(&s, waits);
    s.p.m.o.sockets_known = true;
    next->quiet_ms = c->started_ms + 1; /* it was there, and its end was lost */
    ASSERT_NEXT(&s, waits);
    next->quiet_ms = c->started_ms - 1000;
    c->started_ms += 1; /* it may still come */
    ASSERT_NEXT(&s, waits);
    c->started_ms -= 1;
    c->ended_ms = c->started_ms + 100;
    assert_int_equal(
        agent_next(a, &s.p.m.d, agent_of(&s.p.m, "sales"), &s.p.m.o, &test_key, &s.p.options).kind,
        STEP_WAIT);
}

static void calls_of_another_box_say_nothing(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;

    (void)state;
    begin_ready(&s, a);
    put_good_calls(&s, box_named(&s.p.m, "avr-sts-a1"), CALLS);
    ASSERT_NEXT(&s, "wait    sts  avrd-next-#1 canary (0 of 3 calls went well on the new "
                    "container)");
}

/* --- where there can be none ----------------------------------------------------------------- */

#define CANNOT "hold    sts  [canary] (its canary (update.canary) "

static void without_a_way_to_send_calls_nothing_is_made(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;

    (void)state;
    begin(&s, a);
    s.agent.asks = false;
    ASSERT_NEXT(&s, CANNOT "needs core's webhooks, and no call has asked here yet where to go: "
                           "core's WEBHOOK_URL must lead to the service, and its --webhook-forward "
                           "to the backend)");
    s.p.m.o.heard.n_agents = 0;
    ASSERT_NEXT(&s, CANNOT "needs core's webhooks, and no call has asked here yet where to go: "
                           "core's WEBHOOK_URL must lead to the service, and its --webhook-forward "
                           "to the backend)");
    s.p.m.o.heard.listens = false;
    ASSERT_NEXT(&s, CANNOT "needs the running service, which alone hears how calls go: "
                           "avr-reconciler run)");
    listen(&s);
    ASSERT_NEXT(&s, "create  sts  avrd-next-#1 (differs)");
    core_says(&s, "STS_URL", "ws://elsewhere:6030");
    drop_box(&s.p, "avr-core-a1");
    put_box(&s.p, "sales", ROLE_CORE, PLACE_LIVE, 600000);
    ASSERT_NEXT(&s, CANNOT "cannot be: core's STS_URL leads to another container)");
}

/* What is there when the service begins anew stays until the first call has asked. */
static void a_restart_of_the_service_flips_nothing(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;
    struct box *next = begin_ready(&s, a);

    (void)state;
    next->health = HEALTH_UNKNOWN;
    s.p.m.o.heard = (struct heard){.listens = true};
    struct step step =
        agent_next(a, &s.p.m.d, agent_of(&s.p.m, "sales"), &s.p.m.o, &test_key, &s.p.options);
    assert_int_equal(step.hold, HOLD_CANARY);
    listen(&s);
    ASSERT_NEXT(&s, "probe   sts  avrd-next-#1 (candidate)");
}

static void two_that_cannot_run_side_by_side(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;

    (void)state;
    begin(&s, a);
    s.p.agent.rollout.order.text = "stop-first";
    story_merge(&s.p);
    ASSERT_NEXT(&s, CANNOT "needs both containers at once, and they cannot run side by side)");
}

/* --- where there is none --------------------------------------------------------------------- */

static void service_comes_first(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;

    (void)state;
    begin_ready(&s, a);
    struct box *live = box_named(&s.p.m, "avr-sts-a1");
    live->health = HEALTH_BAD;
    live->health_text = "it does not answer";
    ASSERT_NEXT(&s, swap);
    live->health = HEALTH_GOOD;
    live->state = BOX_EXITED;
    ASSERT_NEXT(&s, swap);
    drop_box(&s.p, "avr-sts-a1");
    ASSERT_NEXT(&s, "rename  sts  avrd-next-#1 -> avr-sts-a1 (takes over)");
}

static void a_person_ends_it(void **state)
{
    static const struct order restart = {.kind = ORDER_RESTART, .agent_id = "a1", .at_ms = 5};
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;

    (void)state;
    begin_ready(&s, a);
    s.p.options.now = true;
    ASSERT_NEXT(&s, swap);
    s.p.options.now = false;
    struct agent *sales = (struct agent *)agent_of(&s.p.m, "sales");
    sales->restart = &restart;
    s.p.m.o.heard = (struct heard){0}; /* not even an obstacle is one */
    struct step step = agent_next(a, &s.p.m.d, sales, &s.p.m.o, &test_key, &s.p.options);
    assert_int_equal(step.kind, STEP_STOP); /* the candidate is none of that order */
    sales->restart = NULL;
    s.p.agent.rollout.canary_calls.set = s.p.agent.rollout.canary_percent.set = false;
    story_merge(&s.p);
    ASSERT_NEXT(&s, swap);
}

/* --- the rest of the agent ------------------------------------------------------------------- */

static void core_is_replaced_once_it_is_over(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;
    struct box *next = begin_ready(&s, a);

    (void)state;
    core_says(&s, "WEBHOOK_URL", "http://elsewhere/webhooks");
    ASSERT_NEXT(&s, "wait    sts  avrd-next-#1 canary (0 of 3 calls went well on the new "
                    "container)");
    s.agent.asks = false; /* its webhooks lead elsewhere: then it must go first */
    drop_box(&s.p, next->name);
    ASSERT_NEXT(&s, "create  core avrd-next-#2 (differs)");
}

static void a_newer_wish_does_not_wait_for_calls_on_the_candidate(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;
    struct box *next = begin_ready(&s, a);

    (void)state;
    next->sockets = 1;
    sales_says(&s.p, "Be very brief");
    ASSERT_NEXT(&s, "create  sts  avrd-next-#1 (differs)");
    next->sockets = 0;
    ASSERT_NEXT(&s, "stop    sts  avrd-next-#2 (something else is wanted by now)");
    next->sockets = 1;
    sales_says(&s.p, "Be kind"); /* as it was */
    ASSERT_NEXT(&s, "wait    sts  avrd-next-#2 drain, calls 1 (its live calls go on to their end)");
}

/* Without sight of connections rows and webhooks tell, and a candidate may be sent calls for as
 * long as it is there. */
static void calls_on_a_candidate_are_found_by_rows(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;

    (void)state;
    begin_ready(&s, a);
    s.p.m.o.sockets_known = false;
    sales_says(&s.p, "Be kind"); /* it is not needed */
    ASSERT_NEXT(&s, "stop    sts  avrd-next-#1 (not needed)");
    add_call(&s.p, "a1", 900000); /* it began before the candidate was there */
    ASSERT_NEXT(&s, "stop    sts  avrd-next-#1 (not needed)");
    add_call(&s.p, "a1", 60000);
    ASSERT_NEXT(&s, "wait    sts  avrd-next-#1 drain, calls 1 (its live calls go on to their end)");
    struct heard_call c = {.row = {.uuid = "u", .agent_id = "a1"}};
    c.row.initiated_ms = c.row.started_ms = s.p.m.o.now_ms - 60000;
    s.p.m.o.heard.calls = &c;
    s.p.m.o.heard.n_calls = 1;
    ASSERT_NEXT(&s, "stop    sts  avrd-next-#1 (not needed)"); /* it went by the name */
    c.box_id = box_named(&s.p.m, "avr-sts-a1")->id;
    ASSERT_NEXT(&s, "stop    sts  avrd-next-#1 (not needed)");
}

/* What it may last is counted from when its calls are waited for, not from when it was made. */
static void its_calls_have_their_whole_time(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;
    struct box *next = begin_ready(&s, a);

    (void)state;
    s.p.agent.rollout.drain_timeout_s = (struct number){.n = 60, .set = true};
    s.p.agent.rollout.on_timeout.text = "force";
    next->sockets = 1;
    next->waiting_ms = s.p.m.o.now_ms - 30000;
    sales_says(&s.p, "Be kind");
    ASSERT_NEXT(&s, "wait    sts  avrd-next-#1 drain until +30s, calls 1 (its live calls go on to "
                    "their end)");
    s.p.m.o.now_ms += 31000;
    ASSERT_NEXT(&s, "stop    sts  avrd-next-#1, calls 1, forced (not needed)");
}

static void a_stopped_agent_waits_for_calls_on_the_candidate(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;
    struct box *next = begin_ready(&s, a);

    (void)state;
    next->sockets = 1;
    drop_box(&s.p, "avr-core-a1");
    row_of(&s.p, "sales")->status = "stopped";
    story_merge(&s.p);
    ASSERT_NEXT(&s, "wait    sts  avrd-next-#1 drain, calls 1 (its live calls go on to their end)");
}

/* --- in words -------------------------------------------------------------------------------- */

static void the_plan_shows_it(void **state)
{
    static const char *const only[] = {"sales"};
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;

    (void)state;
    begin(&s, a);
    const char *text = plan_text(&s.p, only, 1);
    const char *gate = strstr(text, "canary (0 of 3 calls went well on the new container)");
    assert_non_null(gate);
    assert_non_null(strstr(gate, "avr-sts-a1 -> avrd-drain-#1"));
    s.p.m.o.heard.listens = false;
    text = plan_text(&s.p, only, 1);
    assert_non_null(strstr(text, "sales: hold\n"));
    assert_non_null(
        strstr(text, "  sts: hold (its canary (update.canary) needs the running service"));
    assert_non_null(strstr(text, "hold    sts  [canary]"));
}

/* --- who is sent there ----------------------------------------------------------------------- */

static const char *sent_to(struct story *s, const char *uuid)
{
    const char *box_id = "nobody";
    const char *url = canary_sts_url(s->p.m.a, &s->p.m.d, agent_of(&s->p.m, "sales"), &s->p.m.o,
                                     &test_key, "", uuid, &box_id);

    return url ? box_id : NULL;
}

static void calls_meet_the_candidate_that_is_wanted_and_ready(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;
    struct box *next = begin_ready(&s, a);

    (void)state;
    assert_string_equal(sent_to(&s, "u"), next->id);
    put_good_calls(&s, next, CALLS); /* it passed, and lacks the name for a moment */
    assert_string_equal(sent_to(&s, "u"), next->id);
    next->health = HEALTH_UNKNOWN;
    assert_null(sent_to(&s, "u"));
    next->health = HEALTH_GOOD;
    s.agent.asks = false;
    assert_null(sent_to(&s, "u"));
    listen(&s);
    for (int i = 0; i < CANARY_BAD; i++)
        put_trial(&s, next, 60000, 10000)->errors = 1;
    assert_null(sent_to(&s, "u"));
    s.p.m.o.heard.n_trials = 0;
    sales_says(&s.p, "Be very brief"); /* not what is wanted any more */
    assert_null(sent_to(&s, "u"));
    sales_says(&s.p, "Be brief");
    assert_string_equal(sent_to(&s, "u"), next->id);
    ((struct agent *)agent_of(&s.p.m, "sales"))->wish = WISH_STOP;
    assert_null(sent_to(&s, "u"));
}

static void nobody_is_sent_where_nothing_waits_for_it(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct heard_agent agents[2] = {{.id = "b2", .asks = true}};
    struct story s;
    struct box *next = begin_ready(&s, a);
    struct agent *sales = (struct agent *)agent_of(&s.p.m, "sales");
    static const struct order pause = {.kind = ORDER_PAUSE, .agent_id = "a1"};

    (void)state;
    sales->pause = &pause;
    assert_null(sent_to(&s, "u"));
    sales->pause = NULL;
    sales->problem = "its image is none";
    assert_null(sent_to(&s, "u"));
    sales->problem = NULL;
    next->state = BOX_EXITED;
    assert_null(sent_to(&s, "u"));
    next->state = BOX_RUNNING;
    box_named(&s.p.m, "avr-sts-a1")->state = BOX_PAUSED;
    assert_null(sent_to(&s, "u"));
    box_named(&s.p.m, "avr-sts-a1")->state = BOX_RUNNING;
    agents[1] = s.agent; /* others ask as well */
    s.p.m.o.heard.agents = agents;
    s.p.m.o.heard.n_agents = 2;
    assert_string_equal(sent_to(&s, "u"), next->id);
    sales->canary.percent = 0; /* this call is not drawn */
    assert_null(sent_to(&s, "u"));
    sales->canary.percent = 100;
    drop_box(&s.p, next->name);
    assert_null(sent_to(&s, "u"));
    drop_box(&s.p, "avr-core-a1");
    assert_null(sent_to(&s, "u"));
}

/* The sources ask for something else than what an order goes back to. */
static void a_way_back_has_none(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct story s;

    (void)state;
    begin_ready(&s, a);
    struct agent *sales = (struct agent *)agent_of(&s.p.m, "sales");
    const struct order back = {.kind = ORDER_ROLLBACK,
                               .agent_id = "a1",
                               .to_generation = 1,
                               .away_from = asked_wish(a, &test_key, sales)};
    sales->rollback = &back;
    struct agent_view v;
    view_make(a, &s.p.m.d, sales, &s.p.m.o, &test_key, &s.p.options, &v);
    assert_true(v.goes_back);
    assert_false(canary_is_asked(&v, ROLE_STS));
    const struct order lapsed = {.kind = ORDER_ROLLBACK, .agent_id = "a1", .away_from = "another"};
    sales->rollback = &lapsed;
    view_make(a, &s.p.m.d, sales, &s.p.m.o, &test_key, &s.p.options, &v);
    assert_false(v.goes_back);
    assert_true(canary_is_asked(&v, ROLE_STS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_waits_until_enough_went_well),
        cmocka_unit_test(it_goes_back_when_they_did_not),
        cmocka_unit_test(silence_is_told_by_time),
        cmocka_unit_test(a_candidate_that_ends_under_calls_has_failed),
        cmocka_unit_test(a_call_that_never_arrives_is_noticed),
        cmocka_unit_test(calls_of_another_box_say_nothing),
        cmocka_unit_test(without_a_way_to_send_calls_nothing_is_made),
        cmocka_unit_test(a_restart_of_the_service_flips_nothing),
        cmocka_unit_test(two_that_cannot_run_side_by_side),
        cmocka_unit_test(service_comes_first),
        cmocka_unit_test(a_person_ends_it),
        cmocka_unit_test(core_is_replaced_once_it_is_over),
        cmocka_unit_test(a_newer_wish_does_not_wait_for_calls_on_the_candidate),
        cmocka_unit_test(calls_on_a_candidate_are_found_by_rows),
        cmocka_unit_test(its_calls_have_their_whole_time),
        cmocka_unit_test(a_stopped_agent_waits_for_calls_on_the_candidate),
        cmocka_unit_test(the_plan_shows_it),
        cmocka_unit_test(calls_meet_the_candidate_that_is_wanted_and_ready),
        cmocka_unit_test(nobody_is_sent_where_nothing_waits_for_it),
        cmocka_unit_test(a_way_back_has_none),
    };

    return cmocka_run_group_tests_name("rules_canary", tests, NULL, NULL);
}

/* The table of agents, and what it says of an agent at a glance. */
#include "render/small.h"

#include "render/agent_status.h"
#include "render/api.h"

/* The line of the only agent. */
static const char *agent_line(struct arena *a, const struct small *s)
{
    return line_of(a, render_status(a, &s->look, &s->desired, &s->plan), 1);
}

static void every_verdict_is_a_state(void **state)
{
    static const struct {
        enum verdict verdict;
        const char *line;
    } cases[] = {
        {VERDICT_SYNC,
         "sales  in sync  sts   1/1         0      avr-sts-openai:1.4@0a1b2c3d  1d02h"},
        {VERDICT_START,
         "sales  drifted  sts   1/1         0      avr-sts-openai:1.4@0a1b2c3d  1d02h   sts why"},
        {VERDICT_UNDERWAY,
         "sales  replacing  sts   1/1         0      avr-sts-openai:1.4@0a1b2c3d  1d02h   sts why"},
        {VERDICT_HOLD,
         "sales  held   sts   1/1         0      avr-sts-openai:1.4@0a1b2c3d  1d02h   why"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct small *s = small_new(*state);
        small_is(s, cases[i].verdict, cases[i].verdict == VERDICT_SYNC ? NULL : "why");
        assert_string_equal(agent_line(*state, s), cases[i].line);
    }
}

static bool on_one(const void *ctx, const char *agent_id)
{
    return text_is(ctx, agent_id);
}

/* Also while nothing can be seen of it yet, and until its runner is through. */
static void who_is_worked_on_is_being_replaced(void **state)
{
    static const struct {
        enum verdict verdict;
        const char *begin;
    } cases[] = {
        {VERDICT_SYNC, "sales  replacing "},
        {VERDICT_REPLACE, "sales  replacing "},
        {VERDICT_HOLD, "sales  held "},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct small *s = small_new(*state);
        small_is(s, cases[i].verdict, cases[i].verdict == VERDICT_SYNC ? NULL : "why");
        s->look.works_on = on_one;
        s->look.works_ctx = s->agent.id;
        const char *line = agent_line(*state, s);
        if (!text_starts(line, cases[i].begin))
            fail_msg("%s", line);
        s->look.works_ctx = "another";
        assert_null(strstr(agent_line(*state, s), "replacing"));
    }
}

static void what_is_drained_is_told_to_programs(void **state)
{
    struct box box = {.name = "avrd-drain-1"};
    struct drain drains[] = {{&box, 2, 1000, 2000}, {&box, -1, 0, 0}};
    struct small *s = small_new(*state);

    s->role[0].drains = drains;
    s->role[0].n_drains = COUNT(drains);
    assert_non_null(strstr(render_agent_status_json(*state, &s->look, &s->ap),
                           "\"drains\": ["
                           "{\"role\": \"sts\", \"name\": \"avrd-drain-1\", \"calls\": 2, "
                           "\"oldest_ms\": 1000, \"until_ms\": 2000}, "
                           "{\"role\": \"sts\", \"name\": \"avrd-drain-1\", \"calls\": null, "
                           "\"oldest_ms\": null, \"until_ms\": null}]"));
}

/* Stopped as asked for: nothing is wanted of it, and nothing is wrong. */
static void a_stopped_agent_is_no_drift(void **state)
{
    struct small *s = small_new(*state);

    s->agent.wish = WISH_STOP;
    s->ap.n_roles = 0;
    assert_string_equal(agent_line(*state, s), "sales  stopped  sts   0/0         0      -      -");
    assert_non_null(strstr(render_status_json(*state, &s->look, &s->desired, &s->plan),
                           "\"state\": \"stopped\""));
}

static void a_container_that_goes_is_not_counted_as_wanted(void **state)
{
    struct small *s = small_new(*state);

    small_is(s, VERDICT_REMOVE, NULL);
    s->role[0].wanted = NULL;
    assert_string_equal(
        agent_line(*state, s),
        "sales  drifted  sts   1/0         0      avr-sts-openai:1.4@0a1b2c3d  1d02h   sts is to "
        "be removed");
    s->ap.n_roles = 2;
    s->role[1].verdict = VERDICT_REMOVE;
    s->role[1].wanted = NULL;
    assert_non_null(
        strstr(agent_line(*state, s), "   sts is to be removed; core is to be removed"));
}

/* Of a pipeline core speaks, of others sts; another one does where that is missing. */
static void the_speaker_is_core_of_a_pipeline(void **state)
{
    struct small *s = small_new(*state);

    s->ap.n_roles = 2;
    assert_non_null(
        strstr(agent_line(*state, s), "2/2         0      avr-sts-openai:1.4@0a1b2c3d"));
    s->agent.pipeline = true;
    s->role[0].role = ROLE_ASR;
    assert_non_null(strstr(agent_line(*state, s), "2/2         0      avr-core:latest@c04ec04e"));
    s->role[1].live = NULL;
    assert_non_null(
        strstr(agent_line(*state, s), "1/2         0      avr-sts-openai:1.4@0a1b2c3d"));
}

static void uptime_is_that_of_a_running_container(void **state)
{
    struct small *s = small_new(*state);

    s->box[0].state = BOX_RESTARTING;
    assert_string_equal(agent_line(*state, s),
                        "sales  in sync  sts   0/1         0      avr-sts-openai:1.4@0a1b2c3d  -");
    s->box[0].state = BOX_RUNNING;
    s->box[0].started_ms = 0;
    assert_string_equal(agent_line(*state, s),
                        "sales  in sync  sts   1/1         0      avr-sts-openai:1.4@0a1b2c3d  -");
}

/* The note takes what is left of the line, and at least 20 columns. */
static void the_note_is_cut_to_the_terminal(void **state)
{
    struct small *s = small_new(*state);

    small_is(s, VERDICT_START, "exited with 137 two minutes ago");
    s->look.width = 110;
    assert_string_equal(agent_line(*state, s),
                        "sales  drifted  sts   1/1         0      avr-sts-openai:1.4@0a1b2c3d  "
                        "1d02h   sts exited with 137 two minutes…");
    s->look.width = 40;
    assert_string_equal(agent_line(*state, s),
                        "sales  drifted  sts   1/1         0      avr-sts-openai:1.4@0a1b2c3d  "
                        "1d02h   sts exited with 137…");
}

static void no_agents_is_said(void **state)
{
    struct small *s = small_new(*state);

    s->plan.n_agents = 0;
    assert_string_equal(render_status(*state, &s->look, &s->desired, &s->plan),
                        "NAME  STATE  MODE  CONTAINERS  CALLS  IMAGE  UPTIME  NOTE\n"
                        "No agents: neither the specs nor the database ask for any.\n");
}

static void calls_that_look_like_none_are_said(void **state)
{
    static const struct {
        int64_t quiet_ms;
        int lost;
        enum verdict verdict;
        const char *end;
    } cases[] = {
        {NOW - 5000, 0, VERDICT_SYNC, "1d02h   open calls without a connection"},
        {0, 1, VERDICT_SYNC, "1d02h   1 lost end"},
        {NOW - 5000, 1, VERDICT_SYNC, "1d02h   open calls without a connection, 1 lost end"},
        {NOW - 5000, 0, VERDICT_START, "1d02h   sts why; open calls without a connection"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct small *s = small_new(*state);
        small_is(s, cases[i].verdict, cases[i].verdict == VERDICT_SYNC ? NULL : "why");
        s->ap.live_calls = 1;
        s->ap.quiet_ms = cases[i].quiet_ms;
        s->ap.lost_calls = cases[i].lost;
        s->ap.oldest_lost_ms = cases[i].lost ? NOW - 90000000 : 0;
        if (!strstr(agent_line(*state, s), cases[i].end))
            fail_msg("%s\nis not in\n%s", cases[i].end, agent_line(*state, s));
    }
}

/* Orders come first, then what differs. */
static void how_a_canary_goes_is_said(void **state)
{
    struct step steps[] = {{.kind = STEP_PROBE, .box_id = "id"},
                           {.kind = STEP_WAIT,
                            .gate = GATE_CANARY,
                            .box_id = "id",
                            .why = "3 of 20 calls went well on the new container"}};
    struct small *s = small_new(*state);

    small_is(s, VERDICT_REPLACE, NULL);
    s->ap.steps = steps;
    s->ap.n_steps = COUNT(steps);
    assert_true(
        text_ends(agent_line(*state, s), "canary: 3 of 20 calls went well on the new container"));
    steps[1].box_id = "new-1"; /* there is no candidate yet */
    assert_null(strstr(agent_line(*state, s), "canary"));
}

static void orders_stand_before_what_differs(void **state)
{
    static const struct order pause = {.kind = ORDER_PAUSE, .who = "root", .at_ms = NOW - 60000};
    static const struct order back = {.kind = ORDER_ROLLBACK,
                                      .who = "root",
                                      .at_ms = NOW - 60000,
                                      .to_generation = 3,
                                      .away_from = "what was asked for then"};
    struct small *s = small_new(*state);

    s->agent.pause = &pause;
    s->agent.rollback = &back;
    const char *line = agent_line(*state, s);
    assert_non_null(strstr(line, "   paused by root 1m00s ago; "));
    assert_non_null(strstr(line, "(no longer in force: something else is asked for by now)"));
    small_is(s, VERDICT_START, "why");
    assert_non_null(strstr(agent_line(*state, s), "asked for by now); sts why"));
}

static const struct {
    enum wish wish;
    bool wanted, live;
    enum box_state state;
    enum health health;
    enum engine_health engine_health;
    bool ready;
} readiness[] = {
    {WISH_RUN, true, true, BOX_RUNNING, HEALTH_GOOD, ENGINE_HEALTH_GOOD, true},
    {WISH_RUN, true, true, BOX_RUNNING, HEALTH_UNKNOWN, ENGINE_HEALTH_NONE, true},
    {WISH_RUN, true, true, BOX_RUNNING, HEALTH_BAD, ENGINE_HEALTH_GOOD, false},
    {WISH_RUN, true, true, BOX_RUNNING, HEALTH_GOOD, ENGINE_HEALTH_BAD, false},
    {WISH_RUN, true, true, BOX_RESTARTING, HEALTH_GOOD, ENGINE_HEALTH_GOOD, false},
    {WISH_RUN, true, false, BOX_RUNNING, HEALTH_GOOD, ENGINE_HEALTH_GOOD, false},
    /* Of one that cannot be built nothing is wanted: it must run. */
    {WISH_RUN, false, true, BOX_RUNNING, HEALTH_GOOD, ENGINE_HEALTH_GOOD, true},
    {WISH_RUN, false, true, BOX_EXITED, HEALTH_GOOD, ENGINE_HEALTH_GOOD, false},
    {WISH_RUN, false, false, BOX_RUNNING, HEALTH_GOOD, ENGINE_HEALTH_GOOD, false},
    {WISH_STOP, false, false, BOX_RUNNING, HEALTH_GOOD, ENGINE_HEALTH_GOOD, true},
};

static void ready_is_what_serves(void **state)
{
    for (size_t i = 0; i < COUNT(readiness); i++) {
        struct small *s = small_new(*state);
        s->agent.wish = readiness[i].wish;
        s->role[0].wanted = readiness[i].wanted ? &s->wanted[0] : NULL;
        s->role[0].live = readiness[i].live ? &s->box[0] : NULL;
        s->box[0].state = readiness[i].state;
        s->box[0].health = readiness[i].health;
        s->box[0].engine_health = readiness[i].engine_health;
        if (agent_is_ready(&s->ap) != readiness[i].ready)
            fail_msg("case %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_verdict_is_a_state, setup, teardown),
        cmocka_unit_test_setup_teardown(who_is_worked_on_is_being_replaced, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_drained_is_told_to_programs, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stopped_agent_is_no_drift, setup, teardown),
        cmocka_unit_test_setup_teardown(a_container_that_goes_is_not_counted_as_wanted, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_speaker_is_core_of_a_pipeline, setup, teardown),
        cmocka_unit_test_setup_teardown(uptime_is_that_of_a_running_container, setup, teardown),
        cmocka_unit_test_setup_teardown(the_note_is_cut_to_the_terminal, setup, teardown),
        cmocka_unit_test_setup_teardown(no_agents_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(calls_that_look_like_none_are_said, setup, teardown),
        cmocka_unit_test_setup_teardown(how_a_canary_goes_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(orders_stand_before_what_differs, setup, teardown),
        cmocka_unit_test_setup_teardown(ready_is_what_serves, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

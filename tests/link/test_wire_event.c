/* Every fact of an event that a sentence is made of arrives. */
#include "link/link_fixture.h"

#include "link/wire_event.h"

static const cJSON *tree_of(struct arena *a, const char *json)
{
    struct err err;
    const cJSON *tree = json_parse(a, json, strlen(json), &err);

    assert_non_null(tree);
    assert_null(strchr(json, '\n'));
    return tree;
}

static void every_kind_of_step_arrives(void **state)
{
    const struct wanted wanted = {.image_note = "using local image"};
    const struct agent agent = {.id = "7d1c", .name = "support"};
    struct arena *a = ((struct stage *)*state)->arena;

    for (int kind = 0; kind < STEP__N; kind++)
        for (int gate = GATE_NONE; gate <= GATE_CANARY; gate++) {
            const struct step step = {.kind = (enum step_kind)kind,
                                      .role = (enum role)(kind % ROLE__N),
                                      .gate = (enum gate)gate,
                                      .wanted = gate ? &wanted : NULL,
                                      .box_name = "avr-sts-7d1c",
                                      .new_name = "avrd-drain-019a2b3c4d5e",
                                      .image = "agentvoiceresponse/avr-sts:1",
                                      .why = "because \x1b",
                                      .calls = kind - 1,
                                      .oldest_ms = 1700000000123,
                                      .forced = kind % 2 == 1};
            const struct event sent = {&agent, &step, (enum event_state)(kind % 4), "é", 12345};
            struct event got;
            struct err err;
            assert_int_equal(event_decode(a, tree_of(a, event_encode(a, &sent)), &got, &err), 0);
            assert_string_equal(got.agent->id, "7d1c");
            assert_string_equal(got.agent->name, "support");
            assert_int_equal(got.state, sent.state);
            assert_string_equal(got.text, "é");
            assert_int_equal(got.elapsed_ms, 12345);
            assert_int_equal(got.step->kind, kind);
            assert_int_equal(got.step->gate, gate);
            assert_int_equal(got.step->role, step.role);
            assert_int_equal(got.step->wanted != NULL, gate != GATE_NONE);
            assert_string_equal(got.step->box_name, step.box_name);
            assert_string_equal(got.step->new_name, step.new_name);
            assert_string_equal(got.step->image, step.image);
            assert_string_equal(got.step->why, step.why);
            assert_int_equal(got.step->calls, step.calls);
            assert_int_equal(got.step->oldest_ms, step.oldest_ms);
            assert_int_equal(got.step->forced, step.forced);
        }
}

static void an_agent_as_a_whole_arrives(void **state)
{
    const struct agent agent = {.id = "7d1c"};
    const struct event sent = {&agent, NULL, EVENT_FAILED, NULL, 0};
    struct arena *a = ((struct stage *)*state)->arena;
    struct event got;
    struct err err;

    assert_int_equal(event_decode(a, tree_of(a, event_encode(a, &sent)), &got, &err), 0);
    assert_null(got.agent->name);
    assert_null(got.step);
    assert_null(got.text);
    assert_int_equal(got.state, EVENT_FAILED);
}

static void results_arrive(void **state)
{
    const struct agent plain = {.id = "1", .name = "one"},
                       orphan = {.id = "2", .wish = WISH_ABSENT, .origin.kind = FROM_CONTAINER};
    const struct agent_outcome results[] = {{&plain, RESULT_FAILED, "rolled back", 3},
                                            {&orphan, RESULT_HELD, NULL, 0},
                                            {&plain, RESULT_SYNC, NULL, 6},
                                            {&plain, RESULT_WAITING, "2 calls", 1},
                                            {&plain, RESULT_INTERRUPTED, NULL, 1}};
    struct arena *a = ((struct stage *)*state)->arena;
    struct outcome sent = {results, 5}, got;
    struct err err;

    const cJSON *tree = tree_of(a, outcome_encode(a, &sent));
    assert_true(event_is_outcome(tree));
    assert_int_equal(outcome_decode(a, tree, &got, &err), 0);
    assert_int_equal(got.n_agents, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(got.agents[i].agent->id, results[i].agent->id);
        assert_int_equal(got.agents[i].result, results[i].result);
        assert_true(text_is(got.agents[i].text, results[i].text));
        assert_int_equal(got.agents[i].steps, results[i].steps);
        assert_int_equal(got.agents[i].agent->wish, results[i].agent->wish);
        assert_int_equal(got.agents[i].agent->origin.kind == FROM_CONTAINER, i == 1);
    }
}

static void what_is_no_event_is_refused(void **state)
{
    static const char *const bad[] = {
        "{}",
        "{\"event\":\"cycle\"}",
        "{\"event\":\"agent\",\"agent_id\":\"1\",\"state\":\"asleep\"}",
        "{\"event\":\"agent\",\"state\":\"done\"}",
        "{\"event\":\"step\",\"agent_id\":\"1\",\"state\":\"done\"}",
        "{\"event\":\"step\",\"agent_id\":\"1\",\"state\":\"done\",\"role\":\"sts\"}",
    };
    struct arena *a = ((struct stage *)*state)->arena;
    struct outcome outcome;
    struct event got;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err err = {0};
        assert_int_equal(event_decode(a, tree_of(a, bad[i]), &got, &err), -1);
        assert_int_equal(err.code, ERR_INVALID);
    }
    struct err err;
    assert_int_equal(
        outcome_decode(a, tree_of(a, "{\"agents\":[{\"agent_id\":\"1\"}]}"), &outcome, &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_kind_of_step_arrives),
        TEST(an_agent_as_a_whole_arrives),
        TEST(results_arrive),
        TEST(what_is_no_event_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

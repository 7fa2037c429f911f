/* What the diff says of an agent, role by role, and in its closing sentence. */
#include "render/small.h"

#define MOVES "-/+ sts   new calls move at once, "

static const struct step cutting = {
    .kind = STEP_STOP, .box_name = "avrd-drain-019a2b3c4d5f", .forced = true};
static const struct drift live_drift = {.field = "env",
                                        .key = "GREETING",
                                        .have = "Hi",
                                        .want = "Hello",
                                        .origin = ROW_OF("Deepgram night"),
                                        .effect = EFFECT_LIVE};

static void add_steps(struct small *s, const struct step *step)
{
    s->ap.steps = step;
    s->ap.n_steps = 1;
}

/* The line of the first role. */
static const char *role_line(struct arena *a, const struct small *s)
{
    return line_of(a, small_plan(a, s), 1);
}

static const char *last_lines(struct arena *a, const struct small *s)
{
    const char *text = small_plan(a, s);

    return strstr(text, "\n\n") + 2;
}

static void every_verdict_has_its_sentence(void **state)
{
    static const struct {
        enum verdict verdict;
        const char *reason, *line;
    } cases[] = {
        {VERDICT_REPLACE, NULL,
         "-/+ sts   new calls move at once, no call is on the old container"},
        {VERDICT_REPLACE, "exited with 1 2m ago",
         "-/+ sts   exited with 1 2m ago: new calls move at once, no call is on the old container"},
        {VERDICT_UPDATE, NULL, "±   sts   changed in place, no restart"},
        {VERDICT_START, "exited with 137 2m ago", "▶   sts   exited with 137 2m ago: is started"},
        {VERDICT_CREATE, "missing",
         "+   sts   missing: is created from agentvoiceresponse/avr-sts-openai:1.4 0a1b2c3d"},
        {VERDICT_REMOVE, NULL, "-   sts   is stopped and removed once no call is on it"},
        {VERDICT_UNDERWAY, "a replaced container still has to go",
         "…   sts   a replaced container still has to go"},
        {VERDICT_SYNC, NULL, "=   sts"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct small *s = small_new(*state);
        small_is(s, cases[i].verdict, cases[i].reason);
        s->look.verbose = true;
        assert_string_equal(role_line(*state, s), cases[i].line);
    }
}

static void a_replacement_says_what_becomes_of_calls(void **state)
{
    static const char *const lines[] = {
        MOVES "live ones finish on the old container",
        MOVES "no call is on the old container",
        MOVES "the 1 live call finishes on the old container",
        MOVES "the 2 live calls finish on the old container",
    };
    struct small *s = small_new(*state);

    small_is(s, VERDICT_REPLACE, NULL);
    s->agent.drain.timeout_s = 3600;
    for (int calls = -1; calls <= 2; calls++) {
        s->ap.live_calls = calls;
        assert_string_equal(role_line(*state, s), lines[calls + 1]);
    }
    s->wanted[0].stop_first = true;
    assert_string_equal(role_line(*state, s),
                        "-/+ sts   waits until no call is on it, then stops the old one first");
}

static void the_limit_says_what_happens_then(void **state)
{
    static const struct {
        struct drain_policy drain;
        const char *limit;
    } cases[] = {
        {{.timeout_s = 86400, .on_timeout = ON_TIMEOUT_FORCE}, " (limit 1d, then they are cut)"},
        {{.timeout_s = 1800, .on_timeout = ON_TIMEOUT_FORCE}, " (limit 30m, then they are cut)"},
        {{.timeout_s = 90, .on_timeout = ON_TIMEOUT_FORCE}, " (limit 1m30s, then they are cut)"},
        {{.timeout_s = 45, .on_timeout = ON_TIMEOUT_FORCE}, " (limit 45s, then they are cut)"},
        {{.timeout_s = 0}, ""},
        {{.timeout_s = 1800}, ""}, /* it waits on: no limit */
        {{.timeout_s = 1800, .on_timeout = ON_TIMEOUT_ABORT}, " (limit 30m, then it is given up)"},
    };
    struct small *s = small_new(*state);

    small_is(s, VERDICT_REPLACE, NULL);
    s->ap.live_calls = 2;
    for (size_t i = 0; i < COUNT(cases); i++) {
        s->agent.drain = cases[i].drain;
        assert_string_equal(role_line(*state, s),
                            arena_printf(*state,
                                         "-/+ sts   new calls move at once, the 2 live calls "
                                         "finish on the old container%s",
                                         cases[i].limit));
    }
}

static void a_limit_that_cuts_is_no_promise(void **state)
{
    const struct step wait = {.kind = STEP_WAIT, .gate = GATE_DRAIN, .calls = 1};
    struct small *s = small_new(*state);

    small_is(s, VERDICT_REPLACE, NULL);
    s->ap.live_calls = 1;
    s->ap.steps = &wait;
    s->ap.n_steps = 1;
    assert_non_null(strstr(small_plan(*state, s), " No call will be cut.\n"));
    s->agent.drain = (struct drain_policy){.timeout_s = 60, .on_timeout = ON_TIMEOUT_FORCE};
    assert_non_null(
        strstr(small_plan(*state, s), " Calls that are open after their limit will be cut.\n"));
    assert_non_null(strstr(render_plan_json(*state, &s->look, &s->desired, &s->plan),
                           "\"cut_after_limit\": true"));
}

/* Nobody is promised that a call ends by itself when it is to be cut, and the other way round. */
static void cutting_is_said_where_it_happens(void **state)
{
    struct small *s = small_new(*state);

    add_steps(s, &cutting);
    small_is(s, VERDICT_REPLACE, NULL);
    s->wanted[0].as_set = s->wanted[0].stop_first = true;
    s->ap.live_calls = 1;
    assert_string_equal(role_line(*state, s),
                        "-/+ sts   at once: the calls on the old container are cut");
    assert_non_null(strstr(last_lines(*state, s), "in sync. 1 live call will be cut.\n"));
    s->ap.live_calls = 0;
    assert_string_equal(role_line(*state, s), "-/+ sts   at once, no call is on the old container");
    assert_non_null(strstr(last_lines(*state, s), "in sync. No call will be cut.\n"));

    small_is(s, VERDICT_REMOVE, NULL);
    assert_string_equal(role_line(*state, s),
                        "-   sts   is stopped and removed at once, no call is on it");
    s->ap.live_calls = -1;
    assert_string_equal(role_line(*state, s),
                        "-   sts   is stopped and removed at once: the calls on it are cut");
    assert_non_null(strstr(last_lines(*state, s), "in sync. Live calls will be cut.\n"));
}

static void a_set_changes_together(void **state)
{
    struct small *s = small_new(*state);

    s->ap.n_roles = 2;
    for (size_t i = 0; i < 2; i++) {
        s->role[i].verdict = VERDICT_REPLACE;
        s->wanted[i].as_set = true;
    }
    s->ap.verdict = VERDICT_REPLACE;
    assert_string_equal(
        small_plan(*state, s),
        "≠ sales   no live call\n"
        "  -/+ sts   changes together with core, so that no call sees mixed settings\n"
        "  -/+ core  new calls move at once, no call is on the old container\n"
        "\n"
        "2 to replace, 0 live changes, 0 to create, 0 to remove, 0 in sync. No call will be cut.\n"
        "Apply with:  avr-reconciler apply\n");
}

/* The registry may have something newer than what is here: then the id is not known yet. */
static void an_image_that_is_pulled_first_has_no_id_yet(void **state)
{
    struct small *s = small_new(*state);

    small_is(s, VERDICT_CREATE, "missing");
    s->wanted[0].pull = true;
    s->wanted[0].image_note = "the registry could not be asked: timeout";
    assert_string_equal(role_line(*state, s),
                        "+   sts   missing: is created from agentvoiceresponse/avr-sts-openai:1.4 "
                        "(to be pulled), the registry could not be asked: timeout");
}

/* What the next call sees needs nothing to be done, so nothing is to be applied. */
static void a_live_change_is_not_work(void **state)
{
    struct small *s = small_new(*state);

    small_is(s, VERDICT_LIVE, NULL);
    s->role[0].drifts = (struct drifts){&live_drift, 1};
    assert_string_equal(
        small_plan(*state, s),
        "≠ sales   no live call\n"
        "  ~   sts   no restart, the next call sees it\n"
        "        env     GREETING   Hi → Hello   provider \"Deepgram night\", data.db\n"
        "\n"
        "0 to replace, 1 live change, 0 to create, 0 to remove, 0 in sync. No call will be cut.\n");
}

static void the_summary_counts_every_kind(void **state)
{
    static const struct {
        enum verdict verdict;
        const char *line;
    } cases[] = {
        {VERDICT_UPDATE, "0 to replace, 0 live changes, 0 to create, 0 to remove, 1 to change in "
                         "place, 0 in sync. No call will be cut.\n"
                         "Apply with:  avr-reconciler apply\n"},
        {VERDICT_START, "0 to replace, 0 live changes, 0 to create, 0 to remove, 1 to start, 0 in "
                        "sync. No call will be cut.\n"
                        "Apply with:  avr-reconciler apply\n"},
        {VERDICT_REMOVE, "0 to replace, 0 live changes, 0 to create, 1 to remove, 0 in sync. No "
                         "call will be cut.\n"
                         "Apply with:  avr-reconciler apply\n"},
        {VERDICT_UNDERWAY, "0 to replace, 0 live changes, 0 to create, 0 to remove, 1 to finish, "
                           "0 in sync. No call will be cut.\n"
                           "Apply with:  avr-reconciler apply\n"},
        {VERDICT_HOLD, "0 to replace, 0 live changes, 0 to create, 0 to remove, 1 held, 0 in "
                       "sync. No call will be cut.\n"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct small *s = small_new(*state);
        small_is(s, cases[i].verdict, "a reason");
        assert_string_equal(last_lines(*state, s), cases[i].line);
    }
}

static void who_is_left_alone_is_told_why_and_what_to_do(void **state)
{
    static const struct {
        enum hold hold;
        const char *advice;
    } cases[] = {
        {HOLD_PROBLEM, "It runs on as it is. Correct what the sentence names."},
        {HOLD_CONFLICT, "That container is not touched from here. Rename or remove it."},
        {HOLD_FAILED, "It is tried again later, or at once when its image or settings change."},
        {HOLD_UNHEALTHY, "Look at the container's logs, its image and its keys."},
        {HOLD_CALLS, "Wait for them to end, or cut them with --now."},
        {HOLD_CANARY, "Mend that, or go on without: take update.canary out, or order a restart."},
        {HOLD_ORPHAN, "Remove it with --prune, or ask for it again in a spec or the dashboard."},
        {HOLD_UNSURE, "It is kept until every source can be read."},
    };
    struct small *s = small_new(*state);

    small_is(s, VERDICT_HOLD, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        s->ap.hold = (struct step){.kind = STEP_HOLD, .hold = cases[i].hold, .why = "the reason"};
        const char *text = small_plan(*state, s);
        assert_string_equal(line_of(*state, text, 1), "the reason");
        assert_string_equal(line_of(*state, text, 2), cases[i].advice);
        assert_string_equal(line_of(*state, text, 3), "!   sts   left as it is");
    }
}

/* The plan's own sentence is about the moment it would get there, maybe minutes from now. */
static void the_reason_of_the_held_role_is_of_this_moment(void **state)
{
    struct small *s = small_new(*state);

    small_is(s, VERDICT_HOLD, "failed 5s ago; next try in 25s");
    s->ap.hold = (struct step){.kind = STEP_HOLD,
                               .role = s->role[0].role,
                               .hold = HOLD_FAILED,
                               .why = "failed 25s ago; next try in 5s"};
    assert_string_equal(line_of(*state, small_plan(*state, s), 1),
                        "failed 5s ago; next try in 25s");
    assert_null(strstr(small_plan(*state, s), "in 5s"));
    s->ap.hold.role = ROLE_CORE;
    assert_string_equal(line_of(*state, small_plan(*state, s), 1),
                        "failed 25s ago; next try in 5s");
}

static void until_when_it_waits_is_told_by_the_clock_on_the_wall(void **state)
{
    struct small *s = small_new(*state);

    small_is(s, VERDICT_HOLD, "failed 5s ago; next try in 25s");
    s->look.now_ms = 1700000000000;
    s->look.local = (struct tm){.tm_hour = 23, .tm_min = 59, .tm_sec = 50};
    s->role[0].held_until_ms = s->look.now_ms + 24500;
    s->ap.hold = (struct step){.kind = STEP_HOLD,
                               .role = s->role[0].role,
                               .hold = HOLD_FAILED,
                               .until_ms = s->role[0].held_until_ms,
                               .why = "failed 25s ago; next try in 5s"};
    assert_string_equal(line_of(*state, small_plan(*state, s), 1),
                        "failed 5s ago; next try in 25s, at 00:00:15");
    const char *json = render_plan_json(*state, &s->look, &s->desired, &s->plan);
    assert_non_null(strstr(json, "\"until_ms\": 1700000024500"));
    json = render_status_json(*state, &s->look, &s->desired, &s->plan);
    assert_non_null(strstr(json, "\"until_ms\": 1700000024500"));
    assert_non_null(strstr(render_status(*state, &s->look, &s->desired, &s->plan),
                           "failed 5s ago; next try in 25s, at 00:00:15"));
}

static void what_goes_says_what_it_is_now(void **state)
{
    struct small *s = small_new(*state);

    small_is(s, VERDICT_REMOVE, NULL);
    assert_string_equal(line_of(*state, small_plan(*state, s), 1),
                        "-   sts   is stopped and removed once no call is on it");
    s->box[0].state = BOX_EXITED;
    assert_string_equal(line_of(*state, small_plan(*state, s), 1),
                        "-   sts   does not run, and is removed");
    s->role[0].live = NULL;
    assert_string_equal(line_of(*state, small_plan(*state, s), 1),
                        "-   sts   what is left of it is removed once no call is on it");
}

static void a_replaced_container_that_is_down_carries_no_call(void **state)
{
    struct small *s = small_new(*state);

    small_is(s, VERDICT_REPLACE, "not running (exit 137, 2m00s ago)");
    s->box[0].state = BOX_EXITED;
    assert_string_equal(line_of(*state, small_plan(*state, s), 1),
                        "-/+ sts   not running (exit 137, 2m00s ago): is replaced at once, no call "
                        "is on it");
}

static void calls_without_a_connection_are_no_live_calls(void **state)
{
    struct small *s = small_new(*state);

    small_is(s, VERDICT_REPLACE, NULL);
    s->ap.live_calls = 1;
    s->ap.oldest_call_ms = NOW - 192000;
    s->ap.quiet_ms = NOW - 1000;
    const char *text = small_plan(*state, s);
    assert_string_equal(line_of(*state, text, 0),
                        "\xe2\x89\xa0 sales   1 open call without a connection, for 3m12s");
    assert_string_equal(line_of(*state, text, 1),
                        "-/+ sts   new calls move at once; a call that has no connection for 2m is "
                        "a lost end");
    const char *json = render_plan_json(*state, &s->look, &s->desired, &s->plan);
    assert_non_null(strstr(json, "\"unconnected_calls\": 1,"));
    s->ap.lost_calls = 2;
    s->ap.oldest_lost_ms = NOW - 18000000;
    json = render_plan_json(*state, &s->look, &s->desired, &s->plan);
    assert_non_null(strstr(json, "\"lost_calls\": 2,\n      \"oldest_lost_s\": 18000,"));
}

/* A witness that is missing is said once, whatever is asked for. */
static void the_missing_witness_is_said(void **state)
{
    struct small *s = small_new(*state);
    const char *const notice = "connections cannot be counted";

    small_is(s, VERDICT_REPLACE, NULL);
    s->plan.notice = notice;
    const char *texts[] = {render_plan(*state, &s->look, &s->desired, &s->plan),
                           render_plan_json(*state, &s->look, &s->desired, &s->plan),
                           render_status(*state, &s->look, &s->desired, &s->plan),
                           render_status_json(*state, &s->look, &s->desired, &s->plan)};
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *first = strstr(texts[i], notice);
        assert_non_null(first);
        assert_null(strstr(first + 1, notice));
    }
    assert_non_null(strstr(texts[0], "note: connections cannot be counted\n"));
}

/* A pause is somebody's doing with AVR's own container: nothing is to be renamed. */
static void a_paused_container_is_to_be_unpaused(void **state)
{
    struct small *s = small_new(*state);

    small_is(s, VERDICT_HOLD, "paused by somebody");
    s->ap.n_roles = 2;
    s->box[0].state = BOX_PAUSED;
    s->ap.hold =
        (struct step){.kind = STEP_HOLD, .hold = HOLD_CONFLICT, .why = "somebody has paused it"};
    assert_string_equal(line_of(*state, small_plan(*state, s), 2),
                        "Nothing is done to it while it is paused. Unpause it, or remove it.");
    s->ap.hold.role = ROLE_CORE;
    assert_string_equal(line_of(*state, small_plan(*state, s), 2),
                        "That container is not touched from here. Rename or remove it.");
    s->role[1].live = NULL;
    assert_string_equal(line_of(*state, small_plan(*state, s), 2),
                        "That container is not touched from here. Rename or remove it.");
}

/* One role is left alone and the plan as a whole has no sentence: that of the role is said, once.
 */
static void a_held_role_speaks_for_its_agent(void **state)
{
    struct small *s = small_new(*state);

    s->ap.n_roles = 2;
    s->ap.verdict = s->role[1].verdict = VERDICT_HOLD;
    s->role[1].reason = "restarts again and again (4 times, exit 1)";
    assert_string_equal(small_plan(*state, s),
                        "! sales   no live call\n"
                        "      restarts again and again (4 times, exit 1)\n"
                        "  =   sts\n"
                        "  !   core  left as it is\n"
                        "\n"
                        "0 to replace, 0 live changes, 0 to create, 0 to remove, 1 held, 0 in "
                        "sync. No call will be cut.\n");
    assert_non_null(strstr(render_status(*state, &s->look, &s->desired, &s->plan),
                           "  restarts again and again (4 times, exit 1)\n"));
}

static void a_verbose_plan_shows_what_is_in_sync(void **state)
{
    struct small *s = small_new(*state);

    s->look.verbose = true;
    assert_string_equal(render_plan(*state, &s->look, &s->desired, &s->plan),
                        "a.yaml  against  pbx      1 agent, 1 container\n"
                        "\n"
                        "= sales\n"
                        "  =   sts\n"
                        "\n"
                        "Everything is in sync.\n");
}

static void names_are_one_a_line(void **state)
{
    assert_string_equal(render_names(*state, &fixture_plan, false),
                        "booking\nlobby\nsales\nsupport\nsummer sale\n");
    assert_string_equal(render_names(*state, &fixture_plan, true),
                        "booking\nlobby\nsupport\nsummer sale\n");
}

static void an_agent_without_a_name_goes_by_its_id(void **state)
{
    struct small *s = small_new(*state);

    s->agent.name = NULL;
    assert_string_equal(render_names(*state, &s->plan, false), "51c09d07\n");
    s->agent.name = "";
    assert_string_equal(render_names(*state, &s->plan, false), "51c09d07\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_verdict_has_its_sentence, setup, teardown),
        cmocka_unit_test_setup_teardown(a_replacement_says_what_becomes_of_calls, setup, teardown),
        cmocka_unit_test_setup_teardown(the_limit_says_what_happens_then, setup, teardown),
        cmocka_unit_test_setup_teardown(cutting_is_said_where_it_happens, setup, teardown),
        cmocka_unit_test_setup_teardown(a_set_changes_together, setup, teardown),
        cmocka_unit_test_setup_teardown(an_image_that_is_pulled_first_has_no_id_yet, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_live_change_is_not_work, setup, teardown),
        cmocka_unit_test_setup_teardown(the_summary_counts_every_kind, setup, teardown),
        cmocka_unit_test_setup_teardown(who_is_left_alone_is_told_why_and_what_to_do, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(until_when_it_waits_is_told_by_the_clock_on_the_wall, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_reason_of_the_held_role_is_of_this_moment, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_goes_says_what_it_is_now, setup, teardown),
        cmocka_unit_test_setup_teardown(a_replaced_container_that_is_down_carries_no_call, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(calls_without_a_connection_are_no_live_calls, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_missing_witness_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(a_limit_that_cuts_is_no_promise, setup, teardown),
        cmocka_unit_test_setup_teardown(a_paused_container_is_to_be_unpaused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_held_role_speaks_for_its_agent, setup, teardown),
        cmocka_unit_test_setup_teardown(a_verbose_plan_shows_what_is_in_sync, setup, teardown),
        cmocka_unit_test_setup_teardown(names_are_one_a_line, setup, teardown),
        cmocka_unit_test_setup_teardown(an_agent_without_a_name_goes_by_its_id, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

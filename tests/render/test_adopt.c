/* What `adopt` promises about the containers that run. */
#include "render/small.h"

#include "base/json.h"

static const char *adopt(struct arena *a, const struct small *s, size_t *ret_restarts)
{
    return render_adopt(a, &s->look, &s->desired, &s->plan, ret_restarts);
}

static void every_verdict_has_its_fate(void **state)
{
    static const struct {
        enum verdict verdict;
        const char *line;
        size_t restarts;
    } cases[] = {
        {VERDICT_SYNC, "sts   avr-sts-51c09d07   taken over as it is", 0},
        {VERDICT_UPDATE, "sts   avr-sts-51c09d07   taken over, changed in place without a restart",
         0},
        {VERDICT_LIVE, "sts   avr-sts-51c09d07   taken over, the next call sees new settings", 0},
        {VERDICT_START, "sts   avr-sts-51c09d07   taken over, and started: it does not run", 0},
        {VERDICT_HOLD, "sts   avr-sts-51c09d07   left as it is", 0},
        {VERDICT_ORPHAN, "sts   avr-sts-51c09d07   kept: nobody asks for it", 0},
        {VERDICT_REPLACE, "sts   avr-sts-51c09d07   would be replaced", 1},
        {VERDICT_UNDERWAY,
         "sts   avr-sts-51c09d07   taken over as it is; what an earlier replacement left is "
         "cleared away",
         0},
        {VERDICT_REMOVE, "sts   avr-sts-51c09d07   would be removed", 1},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct small *s = small_new(*state);
        size_t restarts = 99;
        small_is(s, cases[i].verdict, NULL);
        const char *text = adopt(*state, s, &restarts);
        assert_string_equal(line_of(*state, text, 1), cases[i].line);
        assert_int_equal(restarts, cases[i].restarts);
        assert_string_equal(line_of(*state, text, 3),
                            restarts
                                ? "1 of 1 container would be replaced or removed; `diff` shows why."
                                : "1 container, nothing would restart.");
    }
}

/* Steps on the container itself restart it, those on its successor or without an end do not. */
static void steps_count_where_they_touch_the_container(void **state)
{
    static const struct {
        struct step step;
        size_t restarts;
    } cases[] = {
        {{.kind = STEP_STOP, .box_id = "sts-sales"}, 1},
        {{.kind = STEP_REMOVE, .box_id = "sts-sales"}, 1},
        {{.kind = STEP_RENAME, .box_id = "sts-sales"}, 1},
        {{.kind = STEP_START, .box_id = "sts-sales"}, 0},
        {{.kind = STEP_STOP, .box_id = "new-1"}, 0},
        {{.kind = STEP_PULL}, 0},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct small *s = small_new(*state);
        size_t restarts = 99;
        s->ap.steps = &cases[i].step;
        s->ap.n_steps = 1;
        adopt(*state, s, &restarts);
        assert_int_equal(restarts, cases[i].restarts);
    }
}

static void a_restart_says_because_of_what(void **state)
{
    static const struct drift drifts[] = {{.field = "image"}, {.field = "env", .key = "API_KEY"}};
    struct small *s = small_new(*state);
    size_t restarts;

    small_is(s, VERDICT_REPLACE, "exited with 1 2m ago");
    s->role[0].drifts = (struct drifts){drifts, 2};
    assert_string_equal(line_of(*state, adopt(*state, s, &restarts), 2),
                        "because of: exited with 1 2m ago, image, env API_KEY");
    small_is(s, VERDICT_UPDATE, NULL);
    assert_string_equal(line_of(*state, adopt(*state, s, &restarts), 2),
                        "because of: image, env API_KEY");
}

/* Everything nobody asked about and AVR drew or set once is carried over, and said. */
static void what_is_kept_is_said(void **state)
{
    static const struct env_var drawn[] = {
        {.name = "HOST", .value = "x", .origin = {.kind = FROM_CONTAINER}},
        {.name = "PORT", .value = "6033", .origin = {.kind = FROM_CONTAINER}},
        {.name = "PORT", .value = "1", .origin = SPEC_AT(1, 1)}};
    static const char *const networks[] = {"avr", "voip"};
    static const char *const ports[] = {"6030:6030/tcp", "6031:6031/tcp"};
    struct small *s = small_new(*state);
    struct wanted *w = &s->wanted[0];
    size_t restarts;

    w->env = (struct env_list){drawn, 3};
    assert_string_equal(line_of(*state, adopt(*state, s, &restarts), 2),
                        "keeps: port 6033, drawn by AVR");
    w->networks = networks;
    w->n_networks = 2;
    w->carried_ports = ports;
    w->n_carried_ports = 2;
    assert_string_equal(line_of(*state, adopt(*state, s, &restarts), 2),
                        "keeps: port 6033, drawn by AVR; network avr, voip; published "
                        "6030:6030/tcp, 6031:6031/tcp");
    w->env.n = 0;
    assert_string_equal(line_of(*state, adopt(*state, s, &restarts), 2),
                        "keeps: network avr, voip; published 6030:6030/tcp, 6031:6031/tcp");
    w->n_networks = 0;
    assert_string_equal(line_of(*state, adopt(*state, s, &restarts), 2),
                        "keeps: published 6030:6030/tcp, 6031:6031/tcp");
}

/* A role without a container is not listed; without any there is nothing to adopt. */
static void only_containers_are_listed(void **state)
{
    struct small *s = small_new(*state);
    size_t restarts;

    s->ap.n_roles = 2;
    s->role[0].live = NULL;
    assert_string_equal(adopt(*state, s, &restarts),
                        "sales   no live call\n"
                        "  core  avr-core-51c09d07   taken over as it is\n"
                        "\n"
                        "1 container, nothing would restart.\n");
    s->role[1].live = NULL;
    assert_string_equal(adopt(*state, s, &restarts), "No AVR container was found.\n");
    assert_int_equal(restarts, 0);
    s->desired.tenant = "hotel";
    assert_string_equal(adopt(*state, s, &restarts),
                        "No AVR container of tenant hotel was found; is $TENANT what AVR's backend "
                        "has?\n");
}

static void json_says_the_same(void **state)
{
    static const char *const networks[] = {"avr", "voip"};
    static const char *const ports[] = {"6030:6030/tcp"};
    static const struct drift drift = {.field = "env", .key = "API_KEY", .want = "s3cret"};
    struct small *s = small_new(*state);
    struct err err;
    size_t restarts = 0;

    small_is(s, VERDICT_REPLACE, NULL);
    s->role[0].drifts = (struct drifts){&drift, 1};
    s->wanted[0].networks = networks;
    s->wanted[0].n_networks = 2;
    s->wanted[0].carried_ports = ports;
    s->wanted[0].n_carried_ports = 1;
    s->plan.notice = "a notice";
    const char *text = render_adopt_json(*state, &s->look, &s->desired, &s->plan, &restarts);
    assert_int_equal(restarts, 1);
    assert_null(strstr(text, "s3cret"));
    const cJSON *json = json_parse(*state, text, strlen(text), &err);
    assert_non_null(json);
    assert_int_equal(json_int(json, "version", 0), 1);
    assert_string_equal(cJSON_GetArrayItem(json_get(json, "notices"), 0)->valuestring, "a notice");
    const cJSON *agent = cJSON_GetArrayItem(json_get(json, "agents"), 0);
    assert_string_equal(json_text(agent, "id"), "51c09d07");
    assert_string_equal(json_text(agent, "verdict"), "replace");
    const cJSON *box = cJSON_GetArrayItem(json_get(agent, "containers"), 0);
    assert_string_equal(json_text(box, "container"), "avr-sts-51c09d07");
    assert_string_equal(json_text(box, "fate"), "would be replaced");
    assert_string_equal(json_text(box, "because"), "env API_KEY");
    assert_true(cJSON_IsTrue(json_get(box, "restarts")));
    assert_int_equal(cJSON_GetArraySize(json_get(box, "networks")), 2);
    assert_int_equal(cJSON_GetArraySize(json_get(box, "published")), 1);
    assert_int_equal(json_int(json_get(json, "summary"), "restarts", 0), 1);

    small_is(s, VERDICT_SYNC, NULL);
    s->role[0].live = NULL;
    text = render_adopt_json(*state, &s->look, &s->desired, &s->plan, &restarts);
    assert_non_null(strstr(text, "\"agents\": [],"));
    assert_int_equal(restarts, 0);
}

/* A container that is not wanted keeps nothing, and of one that is held it is said why. */
static void json_of_what_is_left_alone(void **state)
{
    static const struct env_var drawn[] = {
        {.name = "PORT", .value = "6033", .origin = {.kind = FROM_CONTAINER}}};
    struct small *s = small_new(*state);
    struct err err;
    size_t restarts;

    small_is(s, VERDICT_HOLD, NULL);
    s->ap.hold = (struct step){.kind = STEP_HOLD, .hold = HOLD_PROBLEM, .why = "no provider"};
    s->ap.n_roles = 2;
    s->role[0].wanted = NULL;
    s->wanted[1].env = (struct env_list){drawn, 1};
    const char *text = render_adopt_json(*state, &s->look, &s->desired, &s->plan, &restarts);
    const cJSON *json = json_parse(*state, text, strlen(text), &err);
    const cJSON *agent = cJSON_GetArrayItem(json_get(json, "agents"), 0);
    const cJSON *boxes = json_get(agent, "containers");
    assert_string_equal(json_text(agent, "note"), "no provider");
    assert_true(cJSON_IsNull(json_get(cJSON_GetArrayItem(boxes, 0), "port")));
    assert_int_equal(cJSON_GetArraySize(json_get(cJSON_GetArrayItem(boxes, 0), "networks")), 0);
    assert_true(cJSON_IsNull(json_get(cJSON_GetArrayItem(boxes, 0), "because")));
    assert_string_equal(json_text(cJSON_GetArrayItem(boxes, 1), "port"), "6033");
    s->role[1].live = NULL;
    text = render_adopt_json(*state, &s->look, &s->desired, &s->plan, &restarts);
    json = json_parse(*state, text, strlen(text), &err);
    agent = cJSON_GetArrayItem(json_get(json, "agents"), 0);
    assert_int_equal(cJSON_GetArraySize(json_get(agent, "containers")), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_verdict_has_its_fate, setup, teardown),
        cmocka_unit_test_setup_teardown(steps_count_where_they_touch_the_container, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_restart_says_because_of_what, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_kept_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(only_containers_are_listed, setup, teardown),
        cmocka_unit_test_setup_teardown(json_says_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(json_of_what_is_left_alone, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

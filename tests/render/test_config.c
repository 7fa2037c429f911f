/* What `config` lists: every setting that somebody asked for, with its source. */
#include "render/small.h"

#define TEXT(t)                                                                                    \
    {                                                                                              \
        t, SPEC_AT(5, 7)                                                                           \
    }
#define NUMBER(v)                                                                                  \
    {                                                                                              \
        .n = (v), .set = true, .origin = SPEC_AT(5, 7)                                             \
    }

static const struct value volume = TEXT("/srv/tools:/usr/src/app/tools"), port = TEXT("6030:6030"),
                          network = TEXT("avr"), host = TEXT("pbx:10.0.0.1"),
                          words[] = {TEXT("node"), TEXT("index.js")}, cap = TEXT("ALL"),
                          path = TEXT("/health");
static const struct label team = {"team", TEXT("sales")}, size = {"max-size", TEXT("10m")};
static const struct settings everything = {
    .pull_policy = TEXT("always"),
    .volumes = {&volume, 1, true},
    .ports = {&port, 1, true},
    .networks = {&network, 1, true},
    .command = {words, 2, true},
    .cap_drop = {&cap, 1, true},
    .extra_hosts = {&host, 1, true},
    .restart = TEXT("always"),
    .user = TEXT("1000"),
    .platform = TEXT("linux/amd64"),
    .config = TEXT("per_call"),
    .log_driver = TEXT("local"),
    .log_options = &size,
    .n_log_options = 1,
    .labels = &team,
    .n_labels = 1,
    .stop_grace_s = NUMBER(20),
    .nano_cpus = NUMBER(1500000000),
    .healthcheck = {.kind = TEXT("HTTP"), .args = {&path, 1, true}, .timeout_s = NUMBER(90)},
};

struct asked {
    struct small *small;
    struct container_spec spec;
};

static struct asked *asked_new(struct arena *a, const struct settings *settings)
{
    struct asked *q = arena_alloc(a, sizeof *q);

    q->small = small_new(a);
    q->spec = (struct container_spec){.role = ROLE_STS,
                                      .name = "avr-sts-51c09d07",
                                      .origin = SPEC_AT(4, 5),
                                      .settings = settings};
    q->small->agent.containers = &q->spec;
    q->small->agent.n_containers = 1;
    return q;
}

static const char *config(struct arena *a, const struct asked *q, bool engine, bool json)
{
    const struct small *s = q->small;

    return render_config(a, &s->look, &s->desired, engine ? &s->plan : NULL, json);
}

static void every_setting_is_listed(void **state)
{
    struct asked *q = asked_new(*state, &everything);

    assert_string_equal(config(*state, q, false, false),
                        "sales   51c09d07, sts, wanted: running   specs/agents.yaml:40:3\n"
                        "  sts   avr-sts-51c09d07   specs/agents.yaml:4:5\n"
                        "      pull_policy           always                          "
                        "specs/agents.yaml:5:7\n"
                        "      volumes               /srv/tools:/usr/src/app/tools   "
                        "specs/agents.yaml:5:7\n"
                        "      ports                 6030:6030                       "
                        "specs/agents.yaml:5:7\n"
                        "      networks              avr                             "
                        "specs/agents.yaml:5:7\n"
                        "      command               node                            "
                        "specs/agents.yaml:5:7\n"
                        "      command               index.js                        "
                        "specs/agents.yaml:5:7\n"
                        "      cap_drop              ALL                             "
                        "specs/agents.yaml:5:7\n"
                        "      extra_hosts           pbx:10.0.0.1                    "
                        "specs/agents.yaml:5:7\n"
                        "      restart               always                          "
                        "specs/agents.yaml:5:7\n"
                        "      user                  1000                            "
                        "specs/agents.yaml:5:7\n"
                        "      platform              linux/amd64                     "
                        "specs/agents.yaml:5:7\n"
                        "      config                per_call                        "
                        "specs/agents.yaml:5:7\n"
                        "      healthcheck           HTTP                            "
                        "specs/agents.yaml:5:7\n"
                        "      healthcheck           /health                         "
                        "specs/agents.yaml:5:7\n"
                        "      healthcheck timeout   90s                             "
                        "specs/agents.yaml:5:7\n"
                        "      stop_grace_period     20s                             "
                        "specs/agents.yaml:5:7\n"
                        "      cpus                  1.5                             "
                        "specs/agents.yaml:5:7\n"
                        "      logging               local                           "
                        "specs/agents.yaml:5:7\n"
                        "      max-size              10m                             "
                        "specs/agents.yaml:5:7\n"
                        "      team                  sales                           "
                        "specs/agents.yaml:5:7\n"
                        "\n");
}

/* What the engine was asked about comes from the plan: the settings that were carried over too. */
static void with_an_engine_the_chosen_values_are_shown(void **state)
{
    static const struct settings carried = {.user = {"1000", {.kind = FROM_CONTAINER}}};
    struct asked *q = asked_new(*state, NULL);
    struct wanted *w = &q->small->wanted[0];

    w->settings = &carried;
    w->image_origin = (struct origin){.kind = FROM_CONTAINER};
    w->problem = "port 6030 is taken";
    assert_string_equal(
        config(*state, q, true, false),
        "sales   51c09d07, sts, wanted: running   specs/agents.yaml:40:3\n"
        "  sts   avr-sts-51c09d07   specs/agents.yaml:4:5\n"
        "      image chosen   agentvoiceresponse/avr-sts-openai:1.4 0a1b2c3d   running container\n"
        "      user           1000                                             running container\n"
        "      port 6030 is taken\n"
        "\n");
    assert_non_null(strstr(config(*state, q, true, true), "\"problem\": \"port 6030 is taken\""));
    assert_string_equal(config(*state, q, false, false),
                        "sales   51c09d07, sts, wanted: running   specs/agents.yaml:40:3\n"
                        "  sts   avr-sts-51c09d07   specs/agents.yaml:4:5\n"
                        "\n");
}

static const char *chosen_image(struct arena *a, const struct asked *q)
{
    return line_of(a, config(a, q, true, false), 2);
}

static void the_chosen_image_says_whether_it_is_here(void **state)
{
    struct asked *q = asked_new(*state, NULL);
    struct wanted *w = &q->small->wanted[0];

    w->image_ref = "avr-sts:1";
    w->pull = true;
    assert_string_equal(chosen_image(*state, q), "image chosen   avr-sts:1 (to be pulled)   AVR");
    w->pull = false;
    w->image_id = NULL;
    assert_string_equal(chosen_image(*state, q),
                        "image chosen   avr-sts:1 (not on the engine)   AVR");
    w->image_ref = NULL;
    w->problem = "no image for sts";
    assert_string_equal(chosen_image(*state, q), "no image for sts");
}

static void secrets_of_any_setting_are_hidden(void **state)
{
    static const struct env_var env[] = {
        {.name = "NAME", .value = "plain", .origin = SPEC_AT(9, 1)},
        {.name = "SAID_TO_BE", .value = CANARY, .secret = true, .origin = SPEC_AT(9, 1)},
        {.name = "API_KEY", .value = CANARY, .origin = SPEC_AT(9, 1)},
        {.name = "EMPTY_KEY", .value = "", .origin = SPEC_AT(9, 1)},
        {.name = "A", .value = "1", .origin = SPEC_AT(9, 1)},
        {.name = "B", .value = "2", .origin = SPEC_AT(9, 1)},
        {.name = "C", .value = "3", .origin = SPEC_AT(9, 1)},
        {.name = "D", .value = "4", .origin = SPEC_AT(9, 1)},
        {.name = "E", .value = "5", .origin = SPEC_AT(9, 1)},
        {.name = "F", .value = "6", .origin = SPEC_AT(9, 1)},
    };
    static const struct label label = {"auth", {CANARY, SPEC_AT(9, 1)}};
    static const struct settings settings = {.labels = &label, .n_labels = 1};
    struct asked *q = asked_new(*state, &settings);

    q->spec.env = (struct env_list){env, COUNT(env)};
    const char *text = config(*state, q, false, false), *json = config(*state, q, false, true);
    assert_null(strstr(text, CANARY));
    assert_null(strstr(json, CANARY));
    assert_non_null(strstr(text, "      SAID_TO_BE   (hidden fp:"));
    assert_non_null(strstr(text, "      API_KEY      (hidden fp:"));
    assert_non_null(strstr(text, "      EMPTY_KEY    \"\""));
    assert_non_null(strstr(text, "      auth         (hidden fp:"));
    assert_non_null(strstr(text, "      F            6  "));
    assert_non_null(strstr(json, "\"key\": \"EMPTY_KEY\",\n"
                                 "              \"value\": \"\",\n"
                                 "              \"secret\": true,"));
}

/* A name that is longer than all others does not push their values aside. */
static void a_very_long_name_stands_out_alone(void **state)
{
    static const struct env_var env[] = {
        {.name = "A", .value = "1"},
        {.name = "A_NAME_THAT_IS_LONGER_THAN_THE_COLUMN_FOR_NAMES", .value = "2"},
    };
    struct asked *q = asked_new(*state, NULL);

    q->spec.env = (struct env_list){env, COUNT(env)};
    assert_string_equal(config(*state, q, false, false),
                        "sales   51c09d07, sts, wanted: running   specs/agents.yaml:40:3\n"
                        "  sts   avr-sts-51c09d07   specs/agents.yaml:4:5\n"
                        "      A   1   AVR\n"
                        "      A_NAME_THAT_IS_LONGER_THAN_THE_COLUMN_FOR_NAMES   2   AVR\n"
                        "\n");
}

static void a_stopped_agent_names_who_stopped_it(void **state)
{
    struct asked *q = asked_new(*state, NULL);

    q->small->agent.wish = WISH_STOP;
    q->small->agent.wish_origin = (struct origin)ROW_OF("sales");
    assert_string_equal(line_of(*state, config(*state, q, false, false), 0),
                        "sales   51c09d07, sts, wanted: stopped   provider \"sales\", data.db");
}

/* The plan may be of other agents alone, and of other roles. */
static void what_is_not_in_the_plan_is_left_open(void **state)
{
    struct asked *q = asked_new(*state, NULL);
    struct agent other = fixture_agents[0];

    q->spec.role = ROLE_TTS;
    const char *open = config(*state, q, false, false);
    assert_string_equal(config(*state, q, true, false), open);
    q->small->ap.agent = &other;
    assert_string_equal(config(*state, q, true, false), open);
}

static void no_agents_is_said(void **state)
{
    struct small *s = small_new(*state);

    s->desired.n_agents = 0;
    assert_string_equal(render_config(*state, &s->look, &s->desired, NULL, false),
                        "No agents: neither the specs nor the database ask for any.\n");
    assert_string_equal(render_config(*state, &s->look, &s->desired, NULL, true),
                        "{\n  \"sources\": \"a.yaml\",\n  \"agents\": []\n}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_setting_is_listed, setup, teardown),
        cmocka_unit_test_setup_teardown(with_an_engine_the_chosen_values_are_shown, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_chosen_image_says_whether_it_is_here, setup, teardown),
        cmocka_unit_test_setup_teardown(secrets_of_any_setting_are_hidden, setup, teardown),
        cmocka_unit_test_setup_teardown(a_very_long_name_stands_out_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stopped_agent_names_who_stopped_it, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_in_the_plan_is_left_open, setup, teardown),
        cmocka_unit_test_setup_teardown(no_agents_is_said, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What each check of verify says in each state of an agent, on a plan made by hand: states that a
 * plan from ordinary inputs is seldom in. */
#include "core/material.h"

#include "doctor/verify.h"

enum { CALL_MS = 1000 * 1000, STS = 0, CORE = 1 };

struct scene {
    struct material m; /* boxes are its own, so that their environments may be changed */
    struct container_spec spec;
    struct wanted wanted[2];
    struct drift drifts[12];
    struct role_plan roles[2];
    struct agent agent;
    struct agent_plan of_agent;
    struct plan plan;
    struct box_facts facts[2];
    struct config_line line;
    struct last_call call;
    struct provider_row row;
    struct database db;
    struct verify_facts all;
    struct verify_input in;
};

static struct box *box_of(struct scene *s, int i)
{
    return &s->m.boxes.items[i];
}

static void scene_boxes(struct scene *s)
{
    static const struct pair told[] = {
        {"BACKEND_URL", "http://b:1"}, {"PORT", "6000"}, {"PROVIDER_ID", "p"}};
    static const struct pair core[] = {{"STS_URL", "ws://avr-sts-a1:6000"}};

    ARRAY_PUSH(s->m.a, s->m.boxes,
               ((struct box){.id = "1",
                             .name = "avr-sts-a1",
                             .image_ref = "sts:latest",
                             .image_id = "sha256:0123456789ab",
                             .state = BOX_RUNNING,
                             .env = told,
                             .n_env = N_OF(told)}));
    ARRAY_PUSH(s->m.a, s->m.boxes,
               ((struct box){.id = "2",
                             .name = "avr-core-a1",
                             .image_ref = "core:latest",
                             .image_id = "id-core",
                             .state = BOX_RUNNING,
                             .env = core,
                             .n_env = N_OF(core)}));
    s->m.o.boxes = s->m.boxes.items, s->m.o.n_boxes = s->m.boxes.n;
    s->m.d.prefix = "avr";
}

static void scene_plan(struct scene *s)
{
    static const enum role roles[] = {ROLE_STS, ROLE_CORE};

    s->agent = (struct agent){.id = "a1", .name = "sales"};
    for (int i = 0; i < 2; i++) {
        const struct box *b = box_of(s, i);
        s->wanted[i] = (struct wanted){
            .spec = &s->spec, .image_ref = b->image_ref, .image_id = b->image_id, .port = "6001"};
        s->roles[i] = (struct role_plan){
            .role = roles[i], .name = b->name, .wanted = &s->wanted[i], .live = b};
        s->facts[i] = (struct box_facts){.box_id = b->id, .probed = true, .ready = true};
    }
    s->roles[STS].drifts.items = s->drifts;
    s->of_agent = (struct agent_plan){.agent = &s->agent, .roles = s->roles, .n_roles = 2};
    s->plan = (struct plan){.agents = &s->of_agent, .n_agents = 1};
}

static struct scene *scene_new(struct arena *a)
{
    struct scene *s = arena_alloc(a, sizeof *s);

    *s = (struct scene){.m = {.a = a}, .spec = {.probe = {.kind = PROBE_WS}}};
    scene_boxes(s);
    scene_plan(s);
    s->facts[STS].here = (struct config_answer){
        .kind = CONFIG_ANSWERED, .why = "no such host", .status = 200, .readable = true};
    s->facts[STS].inside = s->facts[STS].here;
    s->line = (struct config_line){CALL_MS, "[CONFIG] fetched"};
    s->facts[STS].lines = &s->line, s->facts[STS].n_lines = 1;
    s->call = (struct last_call){"a1", CALL_MS};
    s->row = (struct provider_row){.id = "p", .type = "STS"};
    s->db = (struct database){.providers = &s->row, .n_providers = 1};
    s->all =
        (struct verify_facts){.boxes = s->facts, .n_boxes = 2, .calls = &s->call, .n_calls = 1};
    s->in = (struct verify_input){.desired = &s->m.d,
                                  .database = &s->db,
                                  .observed = &s->m.o,
                                  .plan = &s->plan,
                                  .facts = &s->all};
    return s;
}

/* "failed text" a line: the checks of this kind of all but core, or of core if the kind is url. */
static const char *said(struct scene *s, const char *kind)
{
    static const char *const states[] = {"ok", "failed", "unknown"};
    struct checks c = verify_all(s->m.a, &s->in);
    struct text t = {.arena = s->m.a};

    for (size_t i = 0; i < c.n; i++)
        if (text_is(c.items[i].kind, kind) &&
            (text_is(kind, "url") || !text_is(c.items[i].role, "core")))
            text_printf(&t, "%s %s\n", states[c.items[i].state], c.items[i].text);
    return text_str(&t);
}

struct state {
    void (*come)(struct scene *);
    const char *says;
};

static void check_states(const char *kind, const struct state *states, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct scene *s = scene_new(a);
        states[i].come(s);
        assert_string_equal(said(s, kind), states[i].says);
    }
}

static void as_asked(struct scene *s)
{
    (void)s;
}

static void sts_env_is(struct scene *s, const char *name, const char *value)
{
    box_env(&s->m, box_of(s, STS), name, value);
}

/* --- image ------------------------------------------------------------------------------------ */

static void no_choice(struct scene *s)
{
    s->wanted[STS].image_ref = NULL, s->wanted[STS].problem = "two tags";
}

static void not_here(struct scene *s)
{
    s->wanted[STS].image_id = NULL;
}

static void another(struct scene *s)
{
    s->wanted[STS].image_id = "sha256:ba9876543210";
}

static void newer(struct scene *s)
{
    s->wanted[STS].pull = true, s->wanted[STS].pull_why = "the registry has another";
}

static void noted(struct scene *s)
{
    s->wanted[STS].image_note = "using local image";
}

static void the_image(void **state)
{
    static const struct state states[] = {
        {as_asked, "ok sts:latest (01234567)\n"},
        {no_choice, "failed sts:latest (01234567) runs, and none can be chosen: two tags\n"},
        {not_here, "failed sts:latest (01234567) runs, and the policy chooses sts:latest, which is "
                   "not here\n"},
        {another, "failed sts:latest (01234567) runs, and the policy chooses sts:latest "
                  "(ba987654)\n"},
        {newer, "failed sts:latest (01234567) runs, and the registry has another\n"},
        {noted, "ok sts:latest (01234567), using local image\n"},
    };

    (void)state;
    check_states("image", states, N_OF(states));
}

/* --- environment and settings ----------------------------------------------------------------- */

static void drifts_are(struct scene *s, const struct drift *drifts, size_t n)
{
    memcpy(s->drifts, drifts, n * sizeof *drifts);
    s->roles[STS].drifts.n = n;
}

static void one_of_each(struct scene *s)
{
    static const struct drift drifts[] = {
        {.field = "image", .have = "x", .want = "y"},
        {.field = "env", .key = "A", .want = "1"},
        {.field = "env", .key = "B", .have = "1"},
        {.field = "env", .key = "C", .have = "1", .want = "2"},
        {.field = "env", .key = "D", .have = "1", .want = "2", .effect = EFFECT_LIVE},
        {.field = "label", .key = "team", .have = "x", .want = "y"},
        {.field = "restart", .have = "no", .want = "always", .effect = EFFECT_UPDATE},
    };

    drifts_are(s, drifts, N_OF(drifts));
}

static void very_many(struct scene *s)
{
    static const char *const names[] = {"A", "B", "C", "D", "E", "F", "G", "H"};

    for (size_t i = 0; i < N_OF(names); i++)
        s->drifts[i] = (struct drift){.field = "env", .key = names[i], .want = "1"};
    s->roles[STS].drifts.n = N_OF(names);
}

static void password_in_address(struct scene *s)
{
    sts_env_is(s, "BACKEND_URL", "http://me:CANARYCANARY@b:1");
}

static void told_of_nobody(struct scene *s)
{
    sts_env_is(s, "BACKEND_URL", NULL);
    sts_env_is(s, "PROVIDER_ID", NULL);
}

static void the_environment(void **state)
{
#define TOLD ", PROVIDER_ID p, BACKEND_URL http://b:1\n"
    static const struct state states[] = {
        {as_asked, "ok 0 variables as wanted" TOLD},
        {one_of_each, "failed A is missing, B must go, C differs" TOLD},
        {very_many, "failed A is missing, B is missing, C is missing, D is missing, E is missing, "
                    "F is missing and 2 more" TOLD},
        {password_in_address, "ok 0 variables as wanted, PROVIDER_ID p, BACKEND_URL (hidden)\n"},
        {told_of_nobody, "ok 0 variables as wanted, no PROVIDER_ID, no BACKEND_URL\n"},
    };

    (void)state;
    check_states("env", states, N_OF(states));
}

static void other_settings(void **state)
{
    static const struct state states[] = {
        {as_asked, "ok networks, ports, volumes and the rest as wanted\n"},
        {one_of_each, "failed label team, restart differ\n"},
        {very_many, "ok networks, ports, volumes and the rest as wanted\n"},
    };

    (void)state;
    check_states("settings", states, N_OF(states));
}

/* --- answer and runs -------------------------------------------------------------------------- */

static void by_engine(struct scene *s)
{
    s->spec.probe.kind = PROBE_ENGINE;
}

static void by_http(struct scene *s)
{
    s->spec.probe.kind = PROBE_HTTP;
}

static void by_tcp_without_port(struct scene *s)
{
    s->spec.probe.kind = PROBE_TCP;
    sts_env_is(s, "PORT", NULL);
}

static void no_facts(struct scene *s)
{
    s->all.n_boxes = 0;
}

static void unreachable(struct scene *s)
{
    s->facts[STS].probed = false, s->facts[STS].probe_text = "no way into its network";
}

static void the_answer(void **state)
{
    static const struct state states[] = {
        {as_asked, "ok answers a WebSocket upgrade on port 6000\n"},
        {by_engine, "ok healthy by its own HEALTHCHECK\n"},
        {by_http, "ok answers its health check\n"},
        {by_tcp_without_port, "ok accepts connections on port 6001\n"},
        {no_facts, "unknown it was not asked\n"},
        {unreachable, "unknown no way into its network\n"},
    };

    (void)state;
    check_states("answer", states, N_OF(states));
}

static void missing(struct scene *s)
{
    s->roles[STS].live = NULL, s->roles[STS].reason = "missing";
}

static void exited(struct scene *s)
{
    box_of(s, STS)->state = BOX_EXITED;
}

static void unwanted(struct scene *s)
{
    exited(s);
    s->roles[STS].wanted = NULL;
}

static void whether_it_runs(void **state)
{
    static const struct state states[] = {
        {as_asked, ""},
        {missing, "failed missing\n"},
        {exited, "failed it does not run\n"},
        {unwanted, ""},
    };

    (void)state;
    check_states("runs", states, N_OF(states));
}

/* --- the agent as a whole --------------------------------------------------------------------- */

static void problem(struct scene *s)
{
    s->agent.problem = "no provider";
}

static void nobodys(struct scene *s)
{
    s->agent.origin.kind = FROM_CONTAINER;
}

static void the_inputs(void **state)
{
    static const struct state states[] = {
        {as_asked, ""},
        {problem, "failed no provider\n"},
        {nobodys, "unknown nobody asks for it, so nothing can be compared\n"},
    };

    (void)state;
    check_states("inputs", states, N_OF(states));
}

static void none_left(struct scene *s)
{
    s->agent.wish = WISH_STOP;
    s->roles[STS].live = NULL;
    box_of(s, CORE)->state = BOX_EXITED;
}

static void one_left(struct scene *s)
{
    none_left(s);
    s->roles[STS].live = box_of(s, STS);
}

static void a_stop(void **state)
{
    static const struct state states[] = {
        {as_asked, ""},
        {none_left, "ok nothing runs, as was asked for\n"},
        {one_left, "failed runs, and nothing of this agent should\n"},
    };

    (void)state;
    check_states("stopped", states, N_OF(states));
}

/* --- the config endpoint ---------------------------------------------------------------------- */

#define OTHER "failed the config endpoint answers other settings than those of this moment: "

static void rewritten(struct scene *s)
{
    static const struct pair env[] = {{"GEMINI_INSTRUCTIONS", "https://prompts.test/x"},
                                      {"OPENAI_LANGUAGE", "auto"}};
    static const struct pair answer[] = {{"GEMINI_URL_INSTRUCTIONS", "https://prompts.test/x"}};

    s->row.env = env, s->row.n_env = N_OF(env);
    s->facts[STS].here.env = answer, s->facts[STS].here.n_env = N_OF(answer);
}

static void spec_says(struct scene *s, const char *value)
{
    static const struct pair env[] = {{"MODEL", "small"}}, answer[] = {{"MODEL", "large"}};
    struct env_var *var = arena_alloc(s->m.a, 2 * sizeof *var);

    var[0] = (struct env_var){.name = "MODEL", .value = value, .of_provider = true};
    var[1] = (struct env_var){.name = "NODE_ENV", .value = "production"};
    s->spec.env = (struct env_list){var, 2};
    s->row.env = env, s->row.n_env = 1;
    s->facts[STS].here.env = answer, s->facts[STS].here.n_env = 1;
}

static void spec_agrees(struct scene *s)
{
    spec_says(s, "large");
}

static void nobody_agrees(struct scene *s)
{
    spec_says(s, "tiny");
}

static void without_a_row(struct scene *s)
{
    spec_says(s, "large");
    s->row.id = "another";
}

static void without_a_database(struct scene *s)
{
    spec_says(s, "tiny");
    s->in.database = NULL;
}

static void nobody_has_it(struct scene *s)
{
    without_a_row(s);
    s->facts[STS].here.n_env = 0;
}

static void only_in_the_row(struct scene *s)
{
    nobody_agrees(s);
    s->spec.env.n = 0;
}

static void only_inside(struct scene *s)
{
    s->facts[STS].here.kind = CONFIG_UNASKABLE;
    s->facts[STS].inside.status = 403;
}

static void empty_address(struct scene *s)
{
    sts_env_is(s, "BACKEND_URL", "");
}

static void the_config(void **state)
{
#define ANSWERS(n) "ok the config endpoint answers the " n " settings of this moment\n"
    static const struct state states[] = {
        {as_asked, ANSWERS("0")},
        {rewritten, ANSWERS("2")},
        {spec_agrees, ANSWERS("1")},
        {nobody_agrees, OTHER "MODEL\n"},
        {without_a_row, ANSWERS("1")},
        {without_a_database, OTHER "MODEL\n"},
        {nobody_has_it, OTHER "MODEL\n"},
        {only_in_the_row, OTHER "MODEL\n"},
        {only_inside, "failed the config endpoint answers 403 (asked from inside)\n"},
        {empty_address, ""},
        {told_of_nobody, ""},
        {no_facts, ""},
    };

    (void)state;
    check_states("config", states, N_OF(states));
}

static void failed_long_ago(struct scene *s)
{
    s->line = (struct config_line){CALL_MS - 60 * 1000, "[CONFIG] Error: timeout"};
}

static void unreadable_log(struct scene *s)
{
    s->facts[STS].log_problem = "its driver keeps none";
}

static void call_of_another(struct scene *s)
{
    s->call.agent_id = "b2";
    box_of(s, STS)->started_ms = 1;
}

static void what_it_fetched(void **state)
{
#define UNTOLD "unknown whether it fetched its settings cannot be told: "
    static const struct state states[] = {
        {as_asked, "ok it fetched its settings at the last call\n"},
        {failed_long_ago, "failed its log tells of no fetch at the last call, and of a failed one "
                          "before\n"},
        {unreadable_log, UNTOLD "its driver keeps none\n"},
        {call_of_another, UNTOLD "no call since it started\n"},
    };

    (void)state;
    check_states("fetched", states, N_OF(states));
}

/* --- core's addresses ------------------------------------------------------------------------- */

static void core_dials(struct scene *s, const char *url)
{
    box_env(&s->m, box_of(s, CORE), "STS_URL", url);
}

static void dials_nobody(struct scene *s)
{
    core_dials(s, NULL);
}

static void dials_no_address(struct scene *s)
{
    core_dials(s, "undefined");
}

static void dials_elsewhere(struct scene *s)
{
    core_dials(s, "ws://10.9.8.7:1");
}

static void dials_an_old_one(struct scene *s)
{
    core_dials(s, "ws://avrd-sts-0123456789ab:6000");
}

static void misspelt(struct scene *s)
{
    s->roles[STS].role = ROLE_TTS;
    core_dials(s, NULL);
    box_env(&s->m, box_of(s, CORE), "tts_URL", "http://avr-sts-a1:6000");
}

static void pipeline_without(struct scene *s)
{
    s->roles[STS].role = ROLE_TTS;
}

static void port_unknown(struct scene *s)
{
    sts_env_is(s, "PORT", NULL);
}

static void core_addresses(void **state)
{
    static const struct state states[] = {
        {as_asked, "ok STS_URL leads to a live port: avr-sts-a1:6000\n"},
        {port_unknown, "ok STS_URL leads to a live port: avr-sts-a1:6000\n"},
        {dials_nobody, "failed it has no STS_URL\n"},
        {dials_no_address, "failed STS_URL is no URL\n"},
        {dials_elsewhere, "unknown STS_URL leads to 10.9.8.7, which is none of these containers\n"},
        {dials_an_old_one, "failed STS_URL names avrd-sts-0123456789ab, and no container that runs "
                           "has that name\n"},
        {misspelt, "failed it has tts_URL instead of TTS_URL\n"},
        {pipeline_without, "failed it has no TTS_URL\n"},
        {no_facts, "unknown STS_URL leads to avr-sts-a1:6000, which was not asked\n"},
        {unreachable, "unknown STS_URL leads to avr-sts-a1:6000, which was not asked\n"},
        {unwanted, ""},
    };

    (void)state;
    check_states("url", states, N_OF(states));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_image),       cmocka_unit_test(the_environment),
        cmocka_unit_test(other_settings),  cmocka_unit_test(the_answer),
        cmocka_unit_test(whether_it_runs), cmocka_unit_test(the_inputs),
        cmocka_unit_test(a_stop),          cmocka_unit_test(the_config),
        cmocka_unit_test(what_it_fetched), cmocka_unit_test(core_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What people and programs read, compared with texts in data/. */
#include "render/fixture.h"

#include "base/json.h"
#include "base/text.h"

struct page {
    const char *file;
    bool color, verbose;
    unsigned width;
};

static int setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static const struct render *look(struct arena *a, bool color, bool verbose, unsigned width)
{
    struct render *r = arena_memdup(a, &fixture_render, sizeof fixture_render);
    r->color = color;
    r->verbose = verbose;
    r->width = width;
    return r;
}

static void plan_reads_as_in_the_files(void **state)
{
    static const struct page pages[] = {
        {"plan.txt", false, false, 0},
        {"plan-80.txt", false, false, 80},
        {"plan-color.txt", true, false, 0},
        {"plan-verbose.txt", false, true, 0},
    };

    for (size_t i = 0; i < COUNT(pages); i++)
        assert_golden(pages[i].file,
                      render_plan(*state,
                                  look(*state, pages[i].color, pages[i].verbose, pages[i].width),
                                  &fixture_desired, &fixture_plan));
}

static void all_in_sync_is_one_line(void **state)
{
    struct desired quiet = fixture_desired;

    quiet.n_notices = 0;
    assert_string_equal(render_plan(*state, &fixture_render, &quiet, &sync_plan),
                        "1 agent, 2 containers: in sync.\n");
}

static void other_pages_read_as_in_the_files(void **state)
{
    size_t restarts = 99;

    assert_golden("plan.json",
                  render_plan_json(*state, &fixture_render, &fixture_desired, &fixture_plan));
    assert_golden("status.txt",
                  render_status(*state, &fixture_render, &fixture_desired, &fixture_plan));
    assert_golden("status.json",
                  render_status_json(*state, &fixture_render, &fixture_desired, &fixture_plan));
    assert_golden("config.txt",
                  render_config(*state, &fixture_render, &fixture_desired, &fixture_plan, false));
    assert_golden("config.json",
                  render_config(*state, &fixture_render, &fixture_desired, &fixture_plan, true));
    assert_golden("adopt.txt", render_adopt(*state, &fixture_render, &fixture_desired,
                                            &fixture_plan, &restarts));
    assert_int_equal(restarts, 1);
}

static void adopt_says_nothing_restarts_only_if_so(void **state)
{
    size_t restarts = 99;
    const char *text =
        render_adopt(*state, &fixture_render, &fixture_desired, &sync_plan, &restarts);

    assert_int_equal(restarts, 0);
    assert_non_null(strstr(text, "nothing would restart"));

    /* A plan that stops a live box restarts it, whatever the verdict says. */
    const struct step stop = {.kind = STEP_STOP, .box_id = "sts-sales"};
    struct agent_plan lying = fixture_plans[2];
    lying.steps = &stop;
    lying.n_steps = 1;
    const struct plan plan = {.agents = &lying, .n_agents = 1, .n_containers = 2};
    text = render_adopt(*state, &fixture_render, &fixture_desired, &plan, &restarts);
    assert_int_equal(restarts, 1);
    assert_null(strstr(text, "nothing would restart"));
}

/* Every page there is, in every look. */
static size_t all_pages(struct arena *a, const struct desired *d, const struct plan *plan,
                        const char **ret)
{
    size_t n = 0, restarts;

    for (unsigned width = 0; width <= 200; width += 20)
        for (int bits = 0; bits < 4; bits++) {
            const struct render *r = look(a, false, bits & 1, width);
            ret[n++] = bits & 2 ? render_status(a, r, d, plan) : render_plan(a, r, d, plan);
        }
    ret[n++] = render_plan_json(a, &fixture_render, d, plan);
    ret[n++] = render_status_json(a, &fixture_render, d, plan);
    ret[n++] = render_config(a, &fixture_render, d, plan, false);
    ret[n++] = render_config(a, &fixture_render, d, plan, true);
    ret[n++] = render_config(a, &fixture_render, d, NULL, false);
    ret[n++] = render_adopt(a, &fixture_render, d, plan, &restarts);
    ret[n++] = render_names(a, plan, false);
    return n;
}

static void secrets_appear_nowhere(void **state)
{
    const char *pages[64];
    size_t n = all_pages(*state, &fixture_desired, &fixture_plan, pages);

    for (size_t i = 0; i < n; i++)
        assert_null(strstr(pages[i], "CANARY"));
    assert_non_null(strstr(pages[0], "(hidden fp:"));
}

static void hostile_text_cannot_drive_a_terminal(void **state)
{
    const struct drift drifts[] = {
        {.field = "env",
         .key = "K" HOSTILE,
         .have = HOSTILE,
         .want = HOSTILE "\n" HOSTILE,
         .origin = {.kind = FROM_DATABASE, .where = HOSTILE},
         .note = HOSTILE},
        {.field = "binds",
         .have = HOSTILE,
         .want = HOSTILE "x",
         .origin = {.kind = FROM_SPEC, .at = {HOSTILE, 1, 1}}},
    };
    const struct agent agent = {.id = HOSTILE, .name = HOSTILE, .problem = HOSTILE};
    const struct box box = {.id = "b",
                            .name = HOSTILE,
                            .image_ref = HOSTILE,
                            .image_id = HOSTILE,
                            .state = BOX_RUNNING};
    const struct container_spec spec = {.name = HOSTILE};
    const struct wanted wanted = {
        .spec = &spec, .image_ref = HOSTILE, .image_note = HOSTILE, .problem = HOSTILE};
    const struct role_plan role = {.verdict = VERDICT_REPLACE,
                                   .wanted = &wanted,
                                   .live = &box,
                                   .drifts = {drifts, 2},
                                   .reason = HOSTILE};
    const struct step step = {.kind = STEP_PULL, .image = HOSTILE, .why = HOSTILE};
    const struct agent_plan agent_plan = {
        .agent = &agent,
        .verdict = VERDICT_HOLD,
        .roles = &role,
        .n_roles = 1,
        .steps = &step,
        .n_steps = 1,
        .hold = {.kind = STEP_HOLD, .hold = HOLD_FAILED, .why = HOSTILE}};
    const struct plan plan = {.agents = &agent_plan, .n_agents = 1, .n_containers = 1};
    const char *const bad_notice = HOSTILE;
    const struct desired desired = {
        .agents = &agent, .n_agents = 1, .notices = &bad_notice, .n_notices = 1};
    const char *pages[64];
    size_t n = all_pages(*state, &desired, &plan, pages);

    for (size_t i = 0; i < n; i++) {
        assert_true(text_is_utf8(pages[i], strlen(pages[i])));
        for (const char *s = pages[i]; *s; s++) {
            assert_true((unsigned char)*s >= 0x20 || *s == '\n');
            assert_true(*s != 0x7f);
            assert_false((unsigned char)s[0] == 0xc2 && (unsigned char)s[1] < 0xa0);
        }
    }
}

static void json_reads_back(void **state)
{
    struct err err;
    const char *text = render_plan_json(*state, &fixture_render, &fixture_desired, &fixture_plan);
    const cJSON *tree = json_parse(*state, text, strlen(text), &err);

    assert_non_null(tree);
    assert_false(json_bool(tree, "in_sync", true));
    const cJSON *agents = json_get(tree, "agents");
    assert_int_equal(cJSON_GetArraySize(agents), 5);
    const cJSON *support = cJSON_GetArrayItem(agents, 3);
    assert_string_equal(json_text(support, "verdict"), "replace");
    assert_int_equal(json_int(support, "oldest_call_s", 0), 192);
    const cJSON *drifts = json_get(cJSON_GetArrayItem(json_get(support, "roles"), 0), "drifts");
    const cJSON *key = cJSON_GetArrayItem(drifts, 2);
    assert_true(json_bool(key, "secret", false));
    assert_true(text_starts(json_text(json_get(key, "have"), "fingerprint"), "fp:"));
    assert_string_not_equal(json_text(json_get(key, "have"), "fingerprint"),
                            json_text(json_get(key, "want"), "fingerprint"));
    assert_int_equal(json_int(json_get(tree, "summary"), "replace", 0), 1);
    assert_true(cJSON_IsNull(json_get(cJSON_GetArrayItem(agents, 4), "live_calls")));
}

/* What is not known is null, never 0: a program must not take it for "none". */
static void json_tells_not_known_from_none(void **state)
{
    const struct step stop = {.kind = STEP_STOP, .role = ROLE_STS, .forced = true};
    const struct role_plan gone = {.role = ROLE_ASR, .verdict = VERDICT_REMOVE};
    struct agent_plan agent = fixture_plans[3];
    const struct plan plan = {.agents = &agent, .n_agents = 1, .n_containers = 1};
    struct err err;

    agent.oldest_call_ms = 0;
    agent.roles = &gone;
    agent.n_roles = 1;
    const char *text = render_plan_json(*state, &fixture_render, &fixture_desired, &plan);
    const cJSON *one =
        cJSON_GetArrayItem(json_get(json_parse(*state, text, strlen(text), &err), "agents"), 0);
    assert_int_equal(json_int(one, "live_calls", 0), 2);
    assert_true(cJSON_IsNull(json_get(one, "oldest_call_s")));
    const cJSON *role = cJSON_GetArrayItem(json_get(one, "roles"), 0);
    assert_true(cJSON_IsNull(json_get(role, "container")));
    assert_true(cJSON_IsNull(json_get(role, "image")));

    agent.live_calls = -1;
    agent.steps = &stop;
    agent.n_steps = 1;
    text = render_plan_json(*state, &fixture_render, &fixture_desired, &plan);
    const cJSON *tree = json_parse(*state, text, strlen(text), &err);
    assert_true(cJSON_IsNull(json_get(json_get(tree, "summary"), "calls_cut")));
}

static void no_line_is_wider_than_the_terminal(void **state)
{
    for (unsigned width = 80; width <= 160; width += 5) {
        const char *s =
            render_plan(*state, look(*state, false, false, width), &fixture_desired, &fixture_plan);
        while (*s) {
            const char *end = strchr(s, '\n');
            const char *line = arena_strndup(*state, s, (size_t)(end - s));
            bool is_drift = text_starts(line, "        ");
            if (is_drift && text_columns(line) > width)
                fail_msg("%zu columns of %u: %s", text_columns(line), width, line);
            s = end + 1;
        }
    }
}

/* All containers are right, and something is left to be cleared away: not an empty diff. */
static void leftovers_are_shown(void **state)
{
    const struct step step = {
        .kind = STEP_REMOVE, .role = ROLE_STS, .box_name = "avrd-drain-019a2b3c4d5f"};
    struct agent_plan left = fixture_plans[2];
    const struct plan plan = {.agents = &left, .n_agents = 1, .n_containers = 3};

    left.steps = &step;
    left.n_steps = 1;
    const char *text = render_plan(*state, &fixture_render, &fixture_desired, &plan);
    assert_non_null(strstr(text, "≠ sales"));
    assert_non_null(strstr(text, "remove avrd-drain-019a2b3c4d5f"));
    assert_non_null(strstr(text, "1 to finish, 0 in sync."));
    text = render_plan_json(*state, &fixture_render, &fixture_desired, &plan);
    assert_non_null(strstr(text, "\"verdict\": \"underway\""));
}

static void cut_calls_are_announced(void **state)
{
    const struct step stop = {.kind = STEP_STOP, .role = ROLE_STS, .forced = true};
    struct agent_plan cutting = fixture_plans[3];
    const struct plan plan = {.agents = &cutting, .n_agents = 1, .n_containers = 2};

    cutting.steps = &stop;
    cutting.n_steps = 1;
    const char *text = render_plan(*state, &fixture_render, &fixture_desired, &plan);
    assert_non_null(strstr(text, "2 live calls will be cut."));
    assert_null(strstr(text, "No call will be cut."));
    cutting.live_calls = -1;
    text = render_plan(*state, &fixture_render, &fixture_desired, &plan);
    assert_non_null(strstr(text, "Live calls will be cut."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plan_reads_as_in_the_files, setup, teardown),
        cmocka_unit_test_setup_teardown(all_in_sync_is_one_line, setup, teardown),
        cmocka_unit_test_setup_teardown(other_pages_read_as_in_the_files, setup, teardown),
        cmocka_unit_test_setup_teardown(adopt_says_nothing_restarts_only_if_so, setup, teardown),
        cmocka_unit_test_setup_teardown(secrets_appear_nowhere, setup, teardown),
        cmocka_unit_test_setup_teardown(hostile_text_cannot_drive_a_terminal, setup, teardown),
        cmocka_unit_test_setup_teardown(json_reads_back, setup, teardown),
        cmocka_unit_test_setup_teardown(json_tells_not_known_from_none, setup, teardown),
        cmocka_unit_test_setup_teardown(no_line_is_wider_than_the_terminal, setup, teardown),
        cmocka_unit_test_setup_teardown(leftovers_are_shown, setup, teardown),
        cmocka_unit_test_setup_teardown(cut_calls_are_announced, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

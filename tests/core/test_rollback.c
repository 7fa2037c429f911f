/* Goal: what an earlier generation was made of is used only where it can be made again. */
#include "core/material.h"

#include "core/rollback.h"

static const struct record_env open_env[] = {{"KEY", "k", true, NULL}};
static const struct record_env sealed_env[] = {{"KEY", NULL, true, NULL}};
static const struct image images[] = {
    {.asked = "sts:1", .id = "sha256:11"},
    {.asked = "sha256:11", .id = "sha256:11"},
    {.asked = "sts:moved", .id = "sha256:22"},
    {.asked = "sha256:33", .id = NULL},
};
static const struct agent sales = {.id = "a1"};

static const struct {
    const char *agent_id;
    struct record_role had;
    bool usable;
    const char *obstacle; /* to an order to go back; NULL: there is none */
} remembered[] = {
    {"a1", {ROLE_STS, "sts:1", "sha256:11", NULL, NULL, open_env, 1}, true, NULL},
    {"b2", {ROLE_STS, "sts:1", "sha256:11", NULL, NULL, open_env, 1}, false, NULL},
    {"a1", {.role = ROLE_CORE, .image_ref = "core:1"}, false, "generation 4 had no sts container"},
    {"a1", {ROLE_STS, NULL, "sha256:11", NULL, NULL, NULL, 0}, false, NULL},
    {"a1",
     {ROLE_STS, "sts:1", NULL, NULL, NULL, NULL, 0},
     false,
     "the image of sts in generation 4 is not known"},
    {"a1",
     {ROLE_STS, "sts:1", "sha256:11", NULL, NULL, sealed_env, 1},
     false,
     "KEY of sts in generation 4 was sealed with another key and cannot be opened"},
    {"a1", {ROLE_STS, "sts:1", "sha256:99", NULL, NULL, NULL, 0}, false, NULL},
    {"a1", {ROLE_STS, "sts:1", "sha256:33", NULL, NULL, NULL, 0}, false, NULL},
};

static void only_what_can_be_made_again_was_good(void **state)
{
    static const struct container_spec sts = {.role = ROLE_STS};
    const struct agent agent = {.id = "a1", .containers = &sts, .n_containers = 1};
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(remembered); i++) {
        const struct generation g = {.agent_id = remembered[i].agent_id,
                                     .number = 4,
                                     .roles = &remembered[i].had,
                                     .n_roles = 1};
        const struct observed o = {
            .images = images, .n_images = N_OF(images), .last_good = {&g, 1}};
        assert_ptr_equal(last_good_role(&o, &sales, ROLE_STS),
                         remembered[i].usable ? &remembered[i].had : NULL);
        const char *obstacle = rollback_obstacle(a, &agent, &g);
        if (!text_is(obstacle, remembered[i].obstacle))
            fail_msg("case %zu: %s", i, obstacle ? obstacle : "none");
    }
}

static const struct {
    const char *ref, *id, *image_ref;
    bool there;
} tags[] = {
    {"sts:1", "sha256:11", "sts:1", true},         /* the tag still leads there */
    {"sts:moved", "sha256:11", "sha256:11", true}, /* it leads elsewhere by now */
    {"sts:gone", "sha256:11", "sha256:11", true},
    {"sts:1", "sha256:99", "sha256:99", false}, /* never looked for */
    {"sts:1", "sha256:33", "sha256:33", false}, /* looked for and not there */
};

static void the_image_of_then_is_named_by_what_still_means_it(void **state)
{
    const struct observed o = {.images = images, .n_images = N_OF(images)};
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(tags); i++) {
        const struct record_role had = {.image_ref = tags[i].ref, .image_id = tags[i].id};
        const struct earlier e = {.had = &had, .number = 4};
        struct wanted w = {0};
        earlier_image(a, &e, &o, &w);
        assert_string_equal(w.image_ref, tags[i].image_ref);
        assert_string_equal(w.image_id, tags[i].id);
        assert_int_equal(w.problem == NULL, tags[i].there);
        if (w.problem)
            assert_non_null(strstr(w.problem, "the image of generation 4 (sts:1, "));
    }
}

static const struct record_env core_env[] = {
    {"ASR_URL", "http://there:1/speech-to-text-stream", false, "AVR"},
    {"CUSTOM", "then", false, "AVR"},
    {"LLM_URL", "http://fixed:2/prompt-stream", false, "a.yaml:1:1"},
    {"PORT", "5001", false, "AVR"},
};
static const struct env_var asked_env[] = {
    {.name = "ASR_URL", .value = "http://here:1/speech-to-text-stream"},
    {.name = "CUSTOM", .value = "now"},
    {.name = "HTTP_PORT", .value = "7001"},
    {.name = "PORT", .value = "5002"},
};

static const struct {
    bool rewires;
    enum role role;
    size_t n_had; /* of core_env */
    const char *env, *port;
} wirings[] = {
    {true, ROLE_CORE, 4, "CUSTOM=then LLM_URL=http://fixed:2/prompt-stream PORT=5001 ", "5001"},
    {true, ROLE_CORE, 3, "CUSTOM=then LLM_URL=http://fixed:2/prompt-stream ", NULL},
    {false, ROLE_CORE, 4,
     "ASR_URL=http://here:1/speech-to-text-stream CUSTOM=then HTTP_PORT=7001 PORT=5002 ", "5002"},
    /* A provider has no addresses of others: these are its own business. */
    {false, ROLE_LLM, 2,
     "ASR_URL=http://there:1/speech-to-text-stream CUSTOM=then HTTP_PORT=7001 PORT=5002 ", "5002"},
    {true, ROLE_LLM, 1, "ASR_URL=http://there:1/speech-to-text-stream ", NULL},
};

static void wiring_comes_back_only_where_it_was_ordered_and_fixed(void **state)
{
    const struct container_spec asked = {.env = {(struct env_var *)asked_env, N_OF(asked_env)},
                                         .port = SAID("5002", 1, 1)};
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(wirings); i++) {
        const struct record_role had = {
            .role = wirings[i].role, .env = core_env, .n_env = wirings[i].n_had};
        const struct earlier e = {.had = &had, .number = 4, .rewires = wirings[i].rewires};
        const struct container_spec *c = earlier_container(a, &asked, &e);
        struct text t = {.arena = a};
        for (size_t k = 0; k < c->env.n; k++)
            text_printf(&t, "%s=%s ", c->env.items[k].name, c->env.items[k].value);
        assert_string_equal(text_str(&t), wirings[i].env);
        if (!text_is(c->port.text, wirings[i].port))
            fail_msg("case %zu: port %s", i, c->port.text ? c->port.text : "none");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_can_be_made_again_was_good),
        cmocka_unit_test(the_image_of_then_is_named_by_what_still_means_it),
        cmocka_unit_test(wiring_comes_back_only_where_it_was_ordered_and_fixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

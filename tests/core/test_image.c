/* Goal: which image is chosen, whether it must be pulled, and what is said about it. */
#include "core/material.h"

#define REMOTE "sha256:41d07a13ffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

/* The sts container of "sales" with these candidates and policy. */
static const struct wanted *choose(struct material *m, const char *policy,
                                   const char *const *candidates, size_t n)
{
    struct value *list = arena_alloc(m->a, (n + 1) * sizeof *list);
    struct settings *said = spec_of_sales(m, ROLE_STS);

    for (size_t i = 0; i < n; i++)
        list[i] = SAID(candidates[i], 7, (unsigned)i + 1);
    said->image = (struct values){list, n, n > 0};
    if (policy)
        said->pull_policy = SAID(policy, 8, 1);
    material_merge(m);
    material_resolve(m, "sales");
    return &m->w[ROLE_STS];
}

static void test_local_is_preferred(void **state)
{
    static const char *const image[] = {"repo/sts:1.9"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    m.o.now_ms = 1000000000;
    add_image(&m, "repo/sts:1.9", "id-tag");
    add_image(&m, "repo/sts:local", "id-local")->created_ms = m.o.now_ms - 123000;
    const struct wanted *w = choose(&m, NULL, image, 1);
    assert_string_equal(w->image_ref, "repo/sts:local");
    assert_string_equal(w->image_id, "id-local");
    assert_string_equal(w->image_note, "using local image, built 2m03s ago");
    assert_int_equal(w->image_origin.at.line, 7);
    assert_false(w->pull);

    w = choose(&m, "missing", image, 1);
    assert_string_equal(w->image_id, "id-tag");
    assert_null(w->image_note);
}

static void test_local_that_is_not_there(void **state)
{
    static const char *const image[] = {"repo/sts"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    add_image(&m, "repo/sts:local", NULL); /* asked for, and the engine does not know it */
    add_image(&m, "repo/sts:latest", "id-tag");
    const struct wanted *w = choose(&m, NULL, image, 1);
    assert_string_equal(w->image_ref, "repo/sts:latest");
    assert_false(w->pull);
    assert_null(w->image_note);
}

static void test_missing_is_pulled(void **state)
{
    static const char *const images[] = {"repo/sts:local", "repo/sts"};
    static const char *const policies[] = {NULL, "missing", "always", "every_6h"};
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(policies); i++) {
        struct material m = material_new(a);
        const struct wanted *w = choose(&m, policies[i], images, 2);
        assert_string_equal(w->image_ref, "repo/sts:latest");
        assert_null(w->image_id);
        assert_true(w->pull);
        assert_string_equal(w->pull_why, "not on the engine");
        assert_int_equal(w->image_origin.at.column, 2);
        assert_null(w->problem);
    }
}

static void test_never(void **state)
{
    static const char *const image[] = {"repo/sts"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    const struct wanted *w = choose(&m, "never", image, 1);
    assert_false(w->pull);
    assert_string_equal(w->problem,
                        "image repo/sts:latest is not on the engine and pull_policy is never");
}

static void test_first_present_wins(void **state)
{
    static const char *const images[] = {"a/sts:1", "b/sts:2", "c/sts:3"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    add_image(&m, "b/sts:2", "id-2");
    add_image(&m, "c/sts:3", "id-3");
    const struct wanted *w = choose(&m, "always", images, 3);
    assert_string_equal(w->image_id, "id-2");
    assert_int_equal(w->image_origin.at.column, 2);
    assert_false(w->pull);
}

static void test_registry_has_something_newer(void **state)
{
    static const char *const image[] = {"repo/sts"};
    static const char *const digests[] = {"no-digest", "other@sha256:00", ("repo/sts@" REMOTE)};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    add_image(&m, "repo/sts:latest", "id-1");
    struct image *i = &m.images.items[0];
    assert_false(choose(&m, "always", image, 1)->pull); /* not asked yet */
    i->remote_digest = REMOTE;
    const struct wanted *w = choose(&m, "always", image, 1);
    assert_true(w->pull);
    assert_string_equal(w->pull_why, "the registry has sha256:41d07a13ffff");
    assert_string_equal(w->image_id, "id-1");
    i->digests = digests, i->n_digests = 3;
    assert_false(choose(&m, "every_6h", image, 1)->pull);
    i->n_digests = 2;
    assert_true(choose(&m, "every_6h", image, 1)->pull);
    assert_false(choose(&m, "missing", image, 1)->pull);
    assert_false(choose(&m, NULL, image, 1)->pull);
}

static void test_registry_error_is_a_note(void **state)
{
    static const char *const image[] = {"repo/sts"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    add_image(&m, "repo/sts:latest", "id-1")->remote_error = "connection refused";
    const struct wanted *w = choose(&m, "always", image, 1);
    assert_false(w->pull);
    assert_null(w->problem);
    assert_string_equal(w->image_note, "the registry could not be asked: connection refused");
}

static void test_digest_pin(void **state)
{
    static const char *const image[] = {"repo/sts:1@" REMOTE};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    add_image(&m, "repo/sts:local", "id-local");
    const struct wanted *w = choose(&m, NULL, image, 1);
    assert_string_equal(w->image_ref, "repo/sts:1@" REMOTE);
    assert_true(w->pull);
    add_image(&m, "repo/sts:1@" REMOTE, "id-pin")->remote_digest = "sha256:00";
    w = choose(&m, "always", image, 1);
    assert_string_equal(w->image_id, "id-pin");
    assert_false(w->pull);
}

#define ID "sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1"

/* An image by its id: there is no tag beside it, no registry that has it. */
static void test_image_id(void **state)
{
    static const char *const image[] = {ID}, *const upper[] = {"sha256:4BCF"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    const struct wanted *w = choose(&m, NULL, image, 1);
    assert_string_equal(w->problem, "image " ID " is not on the engine");
    assert_false(w->pull);
    w = choose(&m, "never", image, 1);
    assert_non_null(strstr(w->problem, "and pull_policy is never"));
    add_image(&m, ID, ID);
    w = choose(&m, NULL, image, 1);
    assert_null(w->problem);
    assert_string_equal(w->image_id, ID);
    /* Not quite an id: a repository with a tag, as any. */
    w = choose(&m, NULL, upper, 1);
    assert_string_equal(w->image_ref, "sha256:4BCF");
    assert_true(w->pull);
    w = choose(&m, NULL,
               (const char *const[]){
                   "sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311dX"},
               1);
    assert_true(w->pull);
}

/* A :local image that is asked for by that tag is spoken of as such, too; its age only where the
 * two clocks give one. */
static void test_local_by_name(void **state)
{
    static const char *const image[] = {"repo/sts:local"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    m.o.now_ms = 1000000000;
    struct image *i = add_image(&m, "repo/sts:local", "id-local");
    assert_string_equal(choose(&m, "missing", image, 1)->image_note, "using local image");
    i->created_ms = m.o.now_ms + 5000; /* built under a clock that is ahead */
    assert_string_equal(choose(&m, "missing", image, 1)->image_note, "using local image");
    i->created_ms = m.o.now_ms - 5000;
    assert_string_equal(choose(&m, "missing", image, 1)->image_note,
                        "using local image, built 5s ago");
}

static void test_not_a_reference(void **state)
{
    static const char *const image[] = {"Repo Sts"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    const struct wanted *w = choose(&m, NULL, image, 1);
    assert_null(w->image_ref);
    assert_non_null(strstr(w->problem, "\"Repo Sts\" is not a valid repository name"));
}

static void test_nobody_named_one(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    struct provider_row *rows = own_providers(&m);
    material_merge(&m);
    add_images(&m);
    run_agent(&m, "sales");
    rows[0].image = NULL;
    material_merge(&m);
    material_resolve(&m, "sales");
    assert_string_equal(m.w[ROLE_STS].image_ref, "sts:latest");
    assert_string_equal(m.w[ROLE_STS].image_id, "id-sts");
    assert_int_equal(m.w[ROLE_STS].image_origin.kind, FROM_CONTAINER);

    /* The tag has moved or is not known: what runs is kept by its id. */
    box_named(&m, "avr-sts-a1")->image_ref = "sts:old";
    material_resolve(&m, "sales");
    assert_string_equal(m.w[ROLE_STS].image_ref, "id-sts");
    box_named(&m, "avr-sts-a1")->image_ref = "sts:latest";
    m.images.items[0].id = "id-newer";
    material_resolve(&m, "sales");
    assert_string_equal(m.w[ROLE_STS].image_ref, "id-sts");
    assert_string_equal(drift_dump(&m), "");

    m.o.n_boxes = 0;
    material_resolve(&m, "sales");
    assert_string_equal(m.w[ROLE_STS].problem,
                        "no image for sts: its provider has none and no spec names one");
    assert_string_equal(m.w[ROLE_CORE].image_ref, "agentvoiceresponse/avr-core:latest");
    assert_int_equal(m.w[ROLE_CORE].image_origin.kind, FROM_AVR);
}

static void test_image_differences(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    material_merge(&m);
    add_images(&m);
    run_agent(&m, "sales");
    assert_string_equal(drift_dump(&m), "");
    add_image(&m, "sts:local", "id-local");
    material_resolve(&m, "sales");
    assert_string_equal(drift_dump(&m), "sts image: id-sts -> id-local replace\n");

    m.images.items[m.images.n - 1].id = NULL;
    m.images.items[0].id = NULL; /* the tag was removed from the engine */
    material_resolve(&m, "sales");
    assert_true(m.w[ROLE_STS].pull);
    assert_string_equal(drift_dump(&m), "");

    box_named(&m, "avr-sts-a1")->image_ref = "other";
    assert_string_equal(drift_dump(&m), "sts image: id-sts -> sts:latest replace\n");
}

/* Nothing can be told of what runs while the wish itself cannot be told. */
static void test_no_difference_from_what_is_not_known(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    material_merge(&m);
    add_images(&m);
    run_agent(&m, "sales");
    struct provider_row *rows = own_providers(&m);
    rows[0].image = "Repo Sts";
    material_merge(&m);
    material_resolve(&m, "sales");
    assert_non_null(m.w[ROLE_STS].problem);
    assert_string_equal(drift_dump(&m), "");

    /* Not on the engine, and never to be pulled. */
    rows[0].image = "other/sts";
    m.spec.defaults.pull_policy = SAID("never", 1, 1);
    material_merge(&m);
    material_resolve(&m, "sales");
    assert_non_null(m.w[ROLE_STS].problem);
    assert_string_equal(drift_dump(&m), "");
}

static const char *refs_dump(struct arena *a, const struct desired *d)
{
    const char *const *refs;
    size_t n = resolve_image_refs(a, d, &refs);
    struct text t = {.arena = a};

    for (size_t i = 0; i < n; i++)
        text_printf(&t, "%s\n", refs[i]);
    return text_str(&t);
}

static const char *registry_refs_dump(struct arena *a, const struct desired *d)
{
    const struct registry_ref *refs;
    size_t n = resolve_registry_refs(a, d, &refs);
    struct text t = {.arena = a};

    for (size_t i = 0; i < n; i++)
        text_printf(&t, "%s every %llds\n", refs[i].ref, (long long)refs[i].every_s);
    return text_str(&t);
}

static void test_references_to_look_up(void **state)
{
    static const struct value candidates[] = {
        {.text = "repo/sts:1"}, {.text = "Not One"}, {.text = "sts:1@" REMOTE}, {.text = ID}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a), none = material_new(a);

    (void)state;
    none.db = (struct database){0};
    material_merge(&none);
    assert_string_equal(refs_dump(a, &none.d), "");
    assert_string_equal(registry_refs_dump(a, &none.d), "");

    /* Core's is AVR's own, once for both agents; :local beside each but digests and ids. */
    spec_of_sales(&m, ROLE_STS)->image = (struct values){candidates, 4, true};
    material_merge(&m);
    assert_string_equal(refs_dump(a, &m.d), "agentvoiceresponse/avr-core:latest\n"
                                            "agentvoiceresponse/avr-core:local\n"
                                            "asr:latest\n"
                                            "asr:local\n"
                                            "llm:latest\n"
                                            "llm:local\n"
                                            "repo/sts:1\n"
                                            "repo/sts:local\n" ID "\n"
                                            "sts:1@" REMOTE "\n"
                                            "tts:latest\n"
                                            "tts:local\n");
    m.spec.defaults.pull_policy = SAID("missing", 1, 1);
    material_merge(&m);
    assert_string_equal(refs_dump(a, &m.d), "agentvoiceresponse/avr-core:latest\n"
                                            "asr:latest\n"
                                            "llm:latest\n"
                                            "repo/sts:1\n" ID "\n"
                                            "sts:1@" REMOTE "\n"
                                            "tts:latest\n");
    assert_string_equal(registry_refs_dump(a, &m.d), "");
}

/* Nobody named it and nothing runs: there is nothing to look up. */
static void test_no_reference_at_all(void **state)
{
    struct provider_row row = provider_rows[0];
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    row.image = NULL;
    m.db.providers = &row, m.db.n_providers = 1;
    m.db.n_agents = 1;
    m.spec.defaults.pull_policy = SAID("always", 1, 1);
    material_merge(&m);
    assert_string_equal(refs_dump(a, &m.d), "agentvoiceresponse/avr-core:latest\n");
    assert_string_equal(registry_refs_dump(a, &m.d), "");
}

/* The registry is asked where the policy says so, about the one candidate that would be pulled, and
 * not about what can never move. */
static void test_references_to_ask_the_registry_about(void **state)
{
    static const struct value two[] = {{.text = "repo/sts:1"}, {.text = "repo/sts:2"}};
    static const struct value pinned[] = {{.text = "repo/sts:1"}, {.text = "sts:1@" REMOTE}};
    static const struct value by_id[] = {{.text = "repo/sts:1"}, {.text = ID}};
    static const struct value bad[] = {{.text = "repo/sts:1"}, {.text = "Not One"}};
    static const struct {
        const char *policy;
        const struct value *images;
        const char *want;
    } cases[] = {
        {"always", two, "repo/sts:2 every 300s\n"},
        {"every_6h", two, "repo/sts:2 every 21600s\n"},
        {"prefer_local", two, ""},
        {"never", two, ""},
        {"always", pinned, ""},
        {"always", by_id, ""},
        {"always", bad, ""},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct material m = material_new(a);

        struct settings *said = spec_of_sales(&m, ROLE_STS);
        said->image = (struct values){cases[i].images, 2, true};
        said->pull_policy = SAID(cases[i].policy, 8, 1);
        material_merge(&m);
        assert_string_equal(registry_refs_dump(a, &m.d), cases[i].want);
    }
}

/* Two agents of one image: it is asked about as often as the more impatient one wants. */
static void test_the_shortest_interval_counts(void **state)
{
    static const struct {
        const char *one, *other, *want;
    } cases[] = {
        {"every_6h", "every_1h", "sts:latest every 3600s\n"},
        {"every_1m", "always", "sts:latest every 60s\n"},
        {"always", "every_1h", "sts:latest every 300s\n"},
        {"never", "every_1h", "sts:latest every 3600s\n"},
    };
    static const struct value image[] = {{.text = "sts"}};

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct agent_spec specs[] = {{.key = "one", .origin = SPEC_AT(4, 3)},
                                     {.key = "other", .origin = SPEC_AT(9, 3)}};
        CLEANUP_ARENA struct arena *a = arena_new();
        struct material m = material_new(a);

        for (int k = 0; k < 2; k++) {
            const char *policy = k ? cases[i].other : cases[i].one;
            specs[k].has_role[ROLE_STS] = true;
            specs[k].role[ROLE_STS].image = (struct values){image, 1, true};
            specs[k].role[ROLE_STS].pull_policy = SAID(policy, 8, 1);
        }
        m.db = (struct database){0};
        m.spec.agents = specs, m.spec.n_agents = 2;
        material_merge(&m);
        assert_string_equal(registry_refs_dump(a, &m.d), cases[i].want);
    }
}

/* A fleet: every reference once, however many agents share it. */
static void test_references_of_a_fleet(void **state)
{
    enum { N = 20 };
    struct provider_row rows[N];
    struct agent_row agents[N];
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);
    const struct registry_ref *questions;
    const char *const *refs;

    (void)state;
    for (int i = 0; i < N; i++) {
        rows[i] = provider_rows[0];
        rows[i].id = rows[i].name = arena_printf(a, "p%d", i);
        rows[i].image = arena_printf(a, "sts:%d", i / 2); /* every two share one */
        agents[i] = agent_rows[0];
        agents[i].id = agents[i].name = arena_printf(a, "a%d", i);
        agents[i].provider_id[ROLE_STS] = rows[i].id;
    }
    m.db.providers = rows, m.db.n_providers = N;
    m.db.agents = agents, m.db.n_agents = N;
    m.spec.defaults.pull_policy = SAID("always", 1, 1);
    material_merge(&m);
    assert_int_equal(resolve_registry_refs(a, &m.d, &questions), N / 2);
    assert_string_equal(questions[0].ref, "sts:0");
    assert_string_equal(questions[N / 2 - 1].ref, "sts:9");
    assert_int_equal(resolve_image_refs(a, &m.d, &refs), N / 2 + 1);
    m.spec.defaults.pull_policy = SAID("prefer_local", 1, 1);
    material_merge(&m);
    assert_int_equal(resolve_image_refs(a, &m.d, &refs), N / 2 + 1 + 2); /* sts and core :local */
}

static void test_newer_in_the_registry_is_a_difference(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    m.spec.defaults.pull_policy = SAID("always", 1, 1);
    material_merge(&m);
    add_images(&m);
    run_agent(&m, "sales");
    m.images.items[0].remote_digest = REMOTE;
    material_resolve(&m, "sales");
    assert_string_equal(drift_dump(&m), "sts image: id-sts -> sts:latest replace\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_local_is_preferred),
        cmocka_unit_test(test_local_that_is_not_there),
        cmocka_unit_test(test_missing_is_pulled),
        cmocka_unit_test(test_never),
        cmocka_unit_test(test_first_present_wins),
        cmocka_unit_test(test_registry_has_something_newer),
        cmocka_unit_test(test_registry_error_is_a_note),
        cmocka_unit_test(test_digest_pin),
        cmocka_unit_test(test_not_a_reference),
        cmocka_unit_test(test_nobody_named_one),
        cmocka_unit_test(test_image_differences),
        cmocka_unit_test(test_newer_in_the_registry_is_a_difference),
        cmocka_unit_test(test_image_id),
        cmocka_unit_test(test_local_by_name),
        cmocka_unit_test(test_no_difference_from_what_is_not_known),
        cmocka_unit_test(test_references_to_look_up),
        cmocka_unit_test(test_no_reference_at_all),
        cmocka_unit_test(test_references_to_ask_the_registry_about),
        cmocka_unit_test(test_the_shortest_interval_counts),
        cmocka_unit_test(test_references_of_a_fleet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

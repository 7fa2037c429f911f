/* Goal: the digest of a wish is the same for the same wish and another one for every other. */
#include "core/material.h"

#include "core/wish.h"

static const struct image_of {
    const char *asked, *id, *remote;
} images[] = {
    {"sts:latest", "id-1", NULL}, {"sts:latest", "id-2", NULL}, {"sts:latest", "id-1", "d"}};

static const char *wish_of(struct material *m, const struct observed *o)
{
    material_merge(m);
    return agent_wish(m->a, &test_key, &m->d, agent_of(m, "sales"), o);
}

static void the_same_wish(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new(), *b = arena_new();
    struct material m = material_new(a), n = material_new(b);

    (void)state;
    assert_string_equal(wish_of(&m, NULL), wish_of(&n, NULL));
    assert_int_equal(strlen(wish_of(&m, NULL)), WISH_DIGITS);
}

/* Each makes a world in which something else is asked for. */
static void greeting(struct material *m)
{
    static const struct pair env[] = {{"DEEPGRAM_API_KEY", "k1"}, {"AGENT_PROMPT", "Be brief"}};

    own_providers(m)[0].env = env;
}

static void image(struct material *m)
{
    own_providers(m)[0].image = "sts:2";
}

static void agent_row(struct material *m)
{
    struct agent_row *rows = arena_memdup(m->a, agent_rows, sizeof agent_rows);

    rows[0].status = "stopped";
    m->db.agents = rows;
}

static void user(struct material *m)
{
    spec_of_sales(m, ROLE_STS)->user = SAID("1000", 5, 1);
}

static void memory(struct material *m)
{
    spec_of_sales(m, ROLE_STS)->mem_limit = (struct number){.n = 1 << 28, .set = true};
}

static void no_memory_limit(struct material *m)
{
    spec_of_sales(m, ROLE_STS)->mem_limit = (struct number){.n = 0, .set = true};
}

static void drain(struct material *m)
{
    m->spec.rollout.drain_timeout_s = (struct number){.n = 77, .set = true};
}

static void tenant(struct material *m)
{
    m->host.tenant = "t";
}

static void (*const changes[])(struct material *) = {greeting, image,           agent_row, user,
                                                     memory,   no_memory_limit, drain,     tenant};

static void every_change_is_another_wish(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const char *wishes[N_OF(changes) + 1];
    struct material before = material_new(a);

    (void)state;
    wishes[0] = wish_of(&before, NULL);
    for (size_t i = 0; i < N_OF(changes); i++) {
        struct material m = material_new(a);
        changes[i](&m);
        wishes[i + 1] = wish_of(&m, NULL);
        for (size_t k = 0; k <= i; k++)
            assert_string_not_equal(wishes[i + 1], wishes[k]);
    }
}

static void what_an_image_means_counts(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const char *wishes[N_OF(images)];
    struct material m = material_new(a);

    (void)state;
    for (size_t i = 0; i < N_OF(images); i++) {
        struct image image = {
            .asked = images[i].asked, .id = images[i].id, .remote_digest = images[i].remote};
        struct observed o = {.images = &image, .n_images = 1};
        wishes[i] = wish_of(&m, &o);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(wishes[i], wishes[k]);
    }
}

static void all_agents_together(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    material_merge(&m);
    const char *before = desired_wish(a, &test_key, &m.d);
    assert_string_equal(desired_wish(a, &test_key, &m.d), before);
    m.d.complete = false; /* absence is not to be believed any more */
    assert_string_not_equal(desired_wish(a, &test_key, &m.d), before);
    m.d.complete = true;
    m.d.n_agents--;
    assert_string_not_equal(desired_wish(a, &test_key, &m.d), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_wish),
        cmocka_unit_test(every_change_is_another_wish),
        cmocka_unit_test(what_an_image_means_counts),
        cmocka_unit_test(all_agents_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

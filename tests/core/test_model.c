/* Goal: the model's engine does what each step says and nothing else, and what it creates is what
 * was wanted. */
#include "core/planning.h"

static struct step step_on(enum step_kind kind, const char *id)
{
    return (struct step){.kind = kind, .box_id = id};
}

static void each_step_has_its_effect(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;
    struct model m;
    struct step s;

    (void)state;
    story_begin(&p, a);
    material_resolve(&p.m, "sales");
    model_init(&m, a, &p.m.o);

    s = (struct step){.kind = STEP_CREATE,
                      .wanted = &p.m.w[ROLE_STS],
                      .new_name = "avrd-next-000000000001",
                      .attempt = 2};
    model_apply(&m, &s);
    assert_int_equal(m.now.n_boxes, p.m.o.n_boxes + 1);
    const struct box *b = &m.now.boxes[m.now.n_boxes - 1];
    assert_int_equal(b->state, BOX_CREATED);
    assert_int_equal(box_attempt(b), 2);

    s = step_on(STEP_START, b->id);
    model_apply(&m, &s);
    assert_int_equal(b->state, BOX_RUNNING);
    s = step_on(STEP_PROBE, b->id);
    model_apply(&m, &s);
    assert_int_equal(b->health, HEALTH_GOOD);
    assert_int_equal(b->ready_ms, m.now.now_ms);
    s = step_on(STEP_RENAME, b->id);
    s.new_name = "avrd-failed-000000000001";
    model_apply(&m, &s);
    assert_string_equal(b->name, "avrd-failed-000000000001");
    s = step_on(STEP_STOP, b->id);
    model_apply(&m, &s);
    assert_int_equal(b->state, BOX_EXITED);
    s = step_on(STEP_REMOVE, b->id);
    model_apply(&m, &s);
    assert_int_equal(m.now.n_boxes, p.m.o.n_boxes);
    assert_int_equal(p.m.o.boxes[0].state, BOX_RUNNING); /* the look itself is left alone */

    int64_t now_ms = m.now.now_ms;
    s = step_on(STEP_STOP, "gone");
    model_apply(&m, &s);
    s = step_on(STEP_HOLD, m.now.boxes[0].id);
    model_apply(&m, &s);
    assert_int_equal(m.now.n_boxes, p.m.o.n_boxes);
    assert_int_equal(m.now.now_ms, now_ms + 2); /* no two names of the same stamp */
}

static void waiting_ends_calls_and_passes_time(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;
    struct model m;

    (void)state;
    story_begin(&p, a);
    add_call(&p, "a1", 1000);
    p.m.boxes.items[0].sockets = 1;
    model_init(&m, a, &p.m.o);
    model_apply(
        &m, &(struct step){.kind = STEP_WAIT, .gate = GATE_SOAK, .until_ms = p.m.o.now_ms + 5000});
    assert_int_equal(m.now.now_ms, p.m.o.now_ms + 5000);
    assert_int_equal(m.now.n_calls, 1);
    model_apply(&m, &(struct step){.kind = STEP_WAIT, .gate = GATE_DRAIN});
    assert_int_equal(m.now.n_calls, 0);
    assert_int_equal(m.now.boxes[0].sockets, 0);
}

static void a_pull_brings_another_image(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;
    struct model m;

    (void)state;
    story_begin(&p, a);
    model_init(&m, a, &p.m.o);
    model_apply(&m, &(struct step){.kind = STEP_PULL, .image = "docker.io/library/sts:latest"});
    assert_string_equal(observed_image(&m.now, "sts:latest")->id,
                        "pulled:docker.io/library/sts:latest");
    assert_string_equal(observed_image(&m.now, "llm:latest")->id, "id-llm");
    assert_string_equal(observed_image(&p.m.o, "sts:latest")->id, "id-sts");
}

static void what_is_created_is_in_sync(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    static const struct label label = {"team", {.text = "sales"}};
    static const struct value port = {.text = "8088:6030"}, host = {.text = "pbx:10.0.0.1"},
                              word = {.text = "serve"}, cap = {.text = "ALL"};
    struct planning p;

    (void)state;
    story_begin(&p, a);
    p.agent = (struct agent_spec){.key = "a1", .has_role[ROLE_STS] = true};
    p.agent.role[ROLE_STS] = (struct settings){.labels = &label,
                                               .n_labels = 1,
                                               .ports = {&port, 1, true},
                                               .extra_hosts = {&host, 1, true},
                                               .command = {&word, 1, true},
                                               .cap_drop = {&cap, 1, true},
                                               .user.text = "1000",
                                               .log_driver.text = "local",
                                               .stop_grace_s = {.n = 20, .set = true}};
    p.m.host.tenant = "acme";
    story_merge(&p);
    drop_box(&p, "avr-sts-a1");
    struct box *b = put_box(&p, "sales", ROLE_STS, PLACE_LIVE, 1000);
    assert_int_equal(b->stop_timeout_s, 20);
    struct drifts d = drift_find(a, &p.m.w[ROLE_STS], b, observed_image(&p.m.o, b->image_id));
    assert_int_equal(d.n, 0);

    struct wanted bare = p.m.w[ROLE_STS];
    bare.n_networks = 0;
    assert_int_equal(model_box(a, &bare, "x", "x", 1, 0).n_networks, 0);
}

/* A generation that core reaches by an alias of its own has it on its network. */
static void an_alias_is_on_the_network(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    material_resolve(&p.m, "sales");
    struct wanted w = p.m.w[ROLE_STS];
    struct box b = model_box(a, &w, "x", "x", 1, 0);
    assert_int_equal(b.networks[0].n_aliases, 0);
    w.alias = "avr-sts-a1-2";
    b = model_box(a, &w, "x", "x", 1, 0);
    assert_true(box_has_alias(&b, "avr-sts-a1-2"));
}

/* On an engine without any container the first one is created and changed in place. */
static void an_empty_engine_takes_its_first_box(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;
    struct model m;

    (void)state;
    story_begin(&p, a);
    material_resolve(&p.m, "sales");
    struct wanted w = p.m.w[ROLE_STS];
    struct observed none = p.m.o;
    none.boxes = NULL;
    none.n_boxes = 0;
    model_init(&m, a, &none);
    model_apply(&m, &(struct step){.kind = STEP_CREATE, .wanted = &w, .new_name = "avr-sts-a1"});
    assert_int_equal(m.now.n_boxes, 1);
    assert_string_equal(m.now.boxes[0].id, "new-1");
    assert_string_equal(m.now.boxes[0].name, "avr-sts-a1");

    w.restart = (struct restart_policy){"always", 0};
    w.memory = 64 << 20;
    w.nano_cpus = 500000000;
    model_apply(&m, &(struct step){.kind = STEP_UPDATE, .wanted = &w, .box_id = "new-1"});
    assert_string_equal(m.now.boxes[0].restart.name, "always");
    assert_int_equal(m.now.boxes[0].memory, 64 << 20);
    assert_int_equal(m.now.boxes[0].nano_cpus, 500000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_has_its_effect),
        cmocka_unit_test(waiting_ends_calls_and_passes_time),
        cmocka_unit_test(a_pull_brings_another_image),
        cmocka_unit_test(what_is_created_is_in_sync),
        cmocka_unit_test(an_alias_is_on_the_network),
        cmocka_unit_test(an_empty_engine_takes_its_first_box),
    };

    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}

/* Goal: names tell the state of a box, AVR's substring search never meets ours, and a slot finds
 * its boxes whatever else lies around. */
#include "core/material.h"

#include "core/plan.h"

static const char id[] = "7c6d3a52-3f5e-4b4e-9a57-1f2f3a4b5c6d";

static void names_go_there_and_back(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    static const int64_t times[] = {0, 1, 1700000000123, (1LL << 48) - 1};

    (void)state;
    for (enum place place = PLACE_NEXT; place < PLACE__N; place++)
        for (size_t i = 0; i < N_OF(times); i++) {
            const char *name = place_name(a, place, times[i]);
            enum place back;
            int64_t since;
            assert_true(place_parse(name, &back, &since));
            assert_int_equal(back, place);
            assert_int_equal(since, times[i]);
            assert_true(place_is_temporary(name));
            assert_true(place_parse(name, &back, NULL));
        }
    for (enum role r = 0; r < ROLE__N; r++) {
        enum role back;
        const char *rest;
        assert_true(canonical_parse(canonical_name(a, "avr", r, id), "avr", &back, &rest));
        assert_int_equal(back, r);
        assert_string_equal(rest, id);
    }
}

static void other_names_are_none_of_ours(void **state)
{
    static const char *const temporary[] = {"avrd-next-",
                                            "avrd-next-00000000000",
                                            "avrd-next-0000000000000",
                                            "avrd-next-00000000000G",
                                            "avrd-next-0123456789AB",
                                            "avrd-live-000000000000",
                                            "xavrd-next-000000000000",
                                            "avrd-drain",
                                            ""};
    static const char *const canonical[] = {"avr-sts-", "avr-sts", "avr-x-1",   "dsai-sts-1", "avr",
                                            "avrsts-1", "",        "avr-STS-1", "avr--1"};
    enum place place;
    enum role role;
    const char *rest;

    (void)state;
    for (size_t i = 0; i < N_OF(temporary); i++)
        assert_false(place_parse(temporary[i], &place, NULL));
    for (size_t i = 0; i < N_OF(canonical); i++)
        assert_false(canonical_parse(canonical[i], "avr", &role, &rest));
}

/* AVR takes the first container whose name contains the canonical name, or lists by agent id. */
static void substring_search_never_meets_a_temporary_name(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (enum place place = PLACE_NEXT; place < PLACE__N; place++) {
        const char *name = place_name(a, place, 1700000000123);
        assert_null(strstr(name, id));
        for (enum role r = 0; r < ROLE__N; r++)
            assert_null(strstr(name, canonical_name(a, "avr", r, id)));
        assert_null(strstr(name, "avr-"));
    }
}

static struct box named_box(const char *name, const char *slot)
{
    static struct pair labels[16][2];
    static size_t used;
    struct pair *l = labels[used++ % 16];

    l[0] = (struct pair){"agentName", slot};
    l[1] = (struct pair){"app", "AVR"};
    return (struct box){.id = name, .name = name, .labels = l, .n_labels = slot ? 2 : 0};
}

static void finds_its_boxes(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct box boxes[] = {
        named_box("avr-sts-a1", "avr-sts-a1"),
        named_box("avrd-next-000000000001", "avr-sts-a1"),
        named_box("avrd-next-000000000003", "avr-sts-a1"),
        named_box("avrd-next-000000000002", "avr-sts-a1"),
        named_box("avrd-drain-000000000005", "avr-sts-a1"),
        named_box("avrd-drain-000000000006", "avr-sts-a1"),
        named_box("avrd-drain-000000000004", "avr-sts-a1"),
        named_box("avrd-failed-000000000007", "avr-sts-a1"),
        named_box("avrd-failed-000000000008", "avr-sts-a1"),
        named_box("avrd-drain-000000000009", "avr-sts-a2"), /* another slot's */
        named_box("avrd-drain-00000000000a", NULL),         /* no label */
        named_box("some-name", "avr-sts-a1"),               /* a name of nobody's */
    };
    static const struct foreign foreign[] = {{"f1", "avr-core-a1"}, {"f2", "avr-sts-a1"}};
    struct observed o = {
        .boxes = boxes, .n_boxes = N_OF(boxes), .foreign = foreign, .n_foreign = 2};
    struct slot slot;

    (void)state;
    slot_find(a, "avr-sts-a1", ROLE_STS, &o, &slot);
    assert_ptr_equal(slot.live, &boxes[0]);
    assert_ptr_equal(slot.next, &boxes[2]);
    assert_ptr_equal(slot.failed, &boxes[8]);
    assert_int_equal(slot.n_stale, 3);
    assert_int_equal(slot.n_drains, 3);
    assert_ptr_equal(slot.drains[0], &boxes[5]); /* newest first */
    assert_ptr_equal(slot.drains[2], &boxes[6]);
    assert_string_equal(slot.foreign->id, "f2");
    assert_int_equal(box_since_ms(slot.drains[0]), 6);
    assert_int_equal(box_since_ms(slot.live), 0);
}

static void a_name_of_its_own_is_a_slot_too(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct material m = material_new(a);
    struct agent_spec spec = {.key = "a1", .has_role[ROLE_STS] = true};
    struct slot slots[ROLE__N];

    (void)state;
    spec.role[ROLE_STS].container_name.text = "my-sts";
    m.spec.agents = &spec;
    m.spec.n_agents = 1;
    add_images(&m);
    material_merge(&m);
    run_agent(&m, "sales");
    slots_find(a, &m.d, agent_of(&m, "sales"), &m.o, slots);
    assert_string_equal(slots[ROLE_STS].name, "my-sts");
    assert_non_null(slots[ROLE_STS].live);
    assert_string_equal(slots[ROLE_LLM].name, "avr-llm-a1"); /* a role it may have had */
    assert_true(agent_owns(a, &m.d, agent_of(&m, "sales"), "my-sts", NULL));
    assert_true(agent_owns(a, &m.d, agent_of(&m, "sales"), "avrd-next-000000000001", "my-sts"));
    assert_true(agent_owns(a, &m.d, agent_of(&m, "sales"), "avr-llm-a1", "avr-llm-a1"));
    assert_false(agent_owns(a, &m.d, agent_of(&m, "sales"), "avr-sts-a10", "avr-sts-a10"));
    assert_false(agent_owns(a, &m.d, agent_of(&m, "booking"), "my-sts", "my-sts"));
}

static void an_agent_sees_its_own_boxes_only(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct material m = material_new(a);

    (void)state;
    add_images(&m);
    material_merge(&m);
    run_agent(&m, "sales");
    run_agent(&m, "booking");
    struct box_index index = box_index_make(a, &m.o);
    struct observed sales = observed_of_agent(a, &m.d, agent_of(&m, "sales"), &m.o, &index);
    struct observed booking = observed_of_agent(a, &m.d, agent_of(&m, "booking"), &m.o, &index);
    assert_int_equal(sales.n_boxes, 2);
    assert_int_equal(booking.n_boxes, 4);
}

/* Its slot's label names the first, the third is another agent's, the last has no label at all. */
static void boxes_are_found_by_either_name_once_and_in_order(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const struct pair sts[] = {{"agentName", "avr-sts-a1"}},
                      other[] = {{"agentName", "avr-sts-a2"}};
    const struct box boxes[] = {
        {.id = "1", .name = "avrd-next-000000000001", .labels = sts, .n_labels = 1},
        {.id = "2", .name = "avr-sts-a1", .labels = sts, .n_labels = 1},
        {.id = "3", .name = "avr-sts-a2", .labels = other, .n_labels = 1},
        {.id = "4", .name = "avr-core-a1"},
    };
    const struct observed o = {.boxes = boxes, .n_boxes = 4}, none = {0};
    const char *const names[] = {"avr-core-a1", "avr-sts-a1", "avr-llm-a1"};
    struct box_index index = box_index_make(a, &o), empty = box_index_make(a, &none);
    struct box *found;

    (void)state;
    assert_int_equal(box_index_find(a, &index, names, 3, &found), 3);
    assert_string_equal(found[0].id, "1");
    assert_string_equal(found[1].id, "2");
    assert_string_equal(found[2].id, "4");
    assert_int_equal(box_index_find(a, &index, names + 2, 1, &found), 0);
    assert_int_equal(box_index_find(a, &empty, names, 3, &found), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_go_there_and_back),
        cmocka_unit_test(other_names_are_none_of_ours),
        cmocka_unit_test(substring_search_never_meets_a_temporary_name),
        cmocka_unit_test(finds_its_boxes),
        cmocka_unit_test(a_name_of_its_own_is_a_slot_too),
        cmocka_unit_test(an_agent_sees_its_own_boxes_only),
        cmocka_unit_test(boxes_are_found_by_either_name_once_and_in_order),
    };

    return cmocka_run_group_tests_name("slot", tests, NULL, NULL);
}

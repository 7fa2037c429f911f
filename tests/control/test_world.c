/* Goal: a runner's world takes over what the engine says and keeps what was found out by probing,
 * as long as it is still true. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "control/world.h"

static struct box box_of(const char *id, enum box_state state, int64_t started_ms)
{
    return (struct box){.id = id, .name = id, .state = state, .started_ms = started_ms};
}

static void findings_last_as_long_as_the_box_runs_on(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct box first = box_of("one", BOX_RUNNING, 5);
    struct observed o = {.boxes = &first, .n_boxes = 1};
    struct world w;

    (void)state;
    world_init(&w, a, &o);
    struct box *b = world_box(&w, "one");
    b->health = HEALTH_GOOD;
    b->ready_ms = 7;
    b->sockets = 2;
    b->quiet_ms = 3;
    b->waiting_ms = 4;
    struct box renamed = box_of("one", BOX_RUNNING, 5);
    renamed.name = "another";
    world_set_box(&w, &renamed);
    assert_string_equal(b->name, "another");
    assert_int_equal(b->health, HEALTH_GOOD);
    assert_int_equal(b->ready_ms, 7);
    assert_int_equal(b->sockets, 2);
    assert_int_equal(b->quiet_ms, 3);
    assert_int_equal(b->waiting_ms, 4);

    struct box restarted = box_of("one", BOX_RUNNING, 6);
    world_set_box(&w, &restarted);
    assert_int_equal(b->health, HEALTH_UNKNOWN);
    assert_int_equal(b->ready_ms, 0);

    b->health = HEALTH_GOOD;
    struct box stopped = box_of("one", BOX_EXITED, 6);
    world_set_box(&w, &stopped);
    assert_int_equal(b->health, HEALTH_UNKNOWN);
    b->health = HEALTH_BAD; /* a verdict stays */
    b->health_text = "it exited";
    world_set_box(&w, &stopped);
    assert_int_equal(b->health, HEALTH_BAD);
    assert_string_equal(b->health_text, "it exited");
    assert_int_equal(first.state, BOX_RUNNING); /* the look is left alone */
}

static void boxes_come_and_go(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct world w;

    (void)state;
    world_init(&w, a, &(struct observed){0});
    for (int i = 0; i < 50; i++) {
        struct box b = box_of(arena_printf(a, "%d", i), BOX_CREATED, 0);
        world_set_box(&w, &b);
    }
    assert_int_equal(w.now.n_boxes, 50);
    assert_ptr_equal(w.now.boxes, w.boxes);
    assert_int_equal(world_box(&w, "49")->sockets, -1); /* not known yet */
    world_drop_box(&w, "0");
    world_drop_box(&w, "49");
    world_drop_box(&w, "none");
    assert_int_equal(w.now.n_boxes, 48);
    assert_null(world_box(&w, "0"));
    assert_string_equal(world_box(&w, "48")->name, "48");
}

static void images_are_replaced_or_added(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct image known = {.asked = "a:1", .id = "old"};
    struct observed o = {.images = &known, .n_images = 1};
    struct world w;

    (void)state;
    world_init(&w, a, &o);
    world_set_image(&w, &(struct image){.asked = "a:1", .id = "new"});
    world_set_image(&w, &(struct image){.asked = "b:1", .id = "b"});
    assert_int_equal(w.now.n_images, 2);
    assert_string_equal(observed_image(&w.now, "a:1")->id, "new");
    assert_string_equal(observed_image(&w.now, "b:1")->id, "b");
    assert_string_equal(known.id, "old");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_last_as_long_as_the_box_runs_on),
        cmocka_unit_test(boxes_come_and_go),
        cmocka_unit_test(images_are_replaced_or_added),
    };

    return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}

/* Goal: logs are followed as they are written: secrets hidden, from one container to the one that
 * takes its place, in bounded memory, and until somebody leaves. */
#include "desk.h"

#include <ev.h>

#include "control/follow.h"
#include "core/model.h"

#define LINE(text) "\1\0\0\0\0\0\0" text

static struct session *session;
static struct container_spec slot = {.role = ROLE_STS, .name = "avr-sts-4711"};
static struct text seen;
static void (*const *script)(void); /* what is played whenever nothing else is to do */
static size_t left;                 /* lines that are wanted */

static bool note_line(void *ctx, const struct follow_box *box, const char *line)
{
    (void)ctx;
    text_printf(&seen, "%s: %s\n", box->name, line);
    return --left > 0;
}

static bool note_successor(void *ctx, const struct follow_box *box)
{
    (void)ctx;
    text_printf(&seen, "another %s\n", box->name);
    return true;
}

static void note_problem(void *ctx, const struct follow_box *box, const char *why)
{
    (void)ctx;
    text_printf(&seen, "%s: no log: %s\n", box->name, why);
}

static bool play(void)
{
    if (fake_work())
        return true;
    if (!*script)
        return false;
    (*script++)();
    return true;
}

static struct fake_box *add_box(const char *name, const char *env)
{
    const char *body = arena_printf(
        arena, "{\"Image\":\"any:1\",\"Env\":[\"%s\"],\"Labels\":{\"agentName\":\"%s\"}}", env,
        slot.name);

    assert_int_equal(fake_create(name, body).status, 201);
    struct fake_box *b = fake_named(name);
    assert_int_equal(fake_start(b).status, 204);
    return b;
}

static const char *follow(void (*const *steps)(void), size_t lines)
{
    const struct container_spec *slots[] = {&slot};
    struct follow_box boxes[] = {{&slot, fake_named(slot.name)->id, slot.name}};
    struct err err = {0};

    seen = (struct text){.arena = arena};
    script = steps;
    left = lines;
    virtual_work = play;
    session = session_new(&config, true);
    int result = session_follow(session,
                                &(struct follow_options){.slots = slots,
                                                         .n_slots = 1,
                                                         .boxes = boxes,
                                                         .n_boxes = 1,
                                                         .tail = 7,
                                                         .since_ms = virtual_ms(),
                                                         .on_line = note_line,
                                                         .on_successor = note_successor,
                                                         .on_problem = note_problem},
                                &err);
    session_free(session);
    if (result < 0)
        text_printf(&seen, "error: %s\n", err.text);
    assert_null(engine.violation);
    return text_str(&seen);
}

/* --- what is played --------------------------------------------------------------------------- */

static void write_on(const char *id, const char *s, size_t len)
{
    fake_log(id, s, len);
}

static const char *first_id(void)
{
    return arena_printf(arena, "%064x", 1);
}

static const char *second_id(void)
{
    return arena_printf(arena, "%064x", 2);
}

static void says_half_a_line(void)
{
    assert_string_equal(engine.followed, "tail=7&follow=1");
    write_on(first_id(), LINE("\12my key is "), 18);
}

static void says_the_rest(void)
{
    write_on(first_id(), LINE("\27sk-very-secret-1 !\x1b[2J\n"), 8 + 23);
}

static void a_candidate_comes(void)
{
    const struct fake_box *b = add_box("avrd-next-01a203ef702a", "API_KEY=sk-very-secret-2");

    fake_tell_box("start", b->id, b->name, slot.name);
}

static void the_candidate_says_something(void)
{
    assert_true(text_starts(engine.followed, "tail=all&since="));
    write_on(second_id(), LINE("\27hello sk-very-secret-2\n"), 8 + 23);
}

static void names_change_hands(void)
{
    struct fake_box *old = fake_named(slot.name), *new = fake_named("avrd-next-01a203ef702a");

    fake_rename(old, "avrd-drain-01a203ef73be");
    fake_tell_box("rename", old->id, old->name, slot.name);
    fake_rename(new, slot.name);
    fake_tell_box("rename", new->id, new->name, slot.name);
}

static void the_old_one_says_something(void)
{
    write_on(first_id(), LINE("\4bye\n"), 8 + 4);
}

static void the_new_one_says_something(void)
{
    write_on(second_id(), LINE("\6hello\n"), 8 + 6);
}

static void the_old_one_ends(void)
{
    fake_tell_box("die", first_id(), "avrd-drain-01a203ef73be", slot.name);
    fake_log(first_id(), NULL, 0);
}

static void it_restarts(void)
{
    fake_tell_box("start", first_id(), slot.name, slot.name);
}

static void says_a_line(void)
{
    write_on(first_id(), LINE("\4and\n"), 8 + 4);
}

static void somebody_leaves(void)
{
    session_interrupt(session);
}

static void the_engine_goes(void)
{
    for (int i = 0; i < FAKE_CONNECTIONS; i++)
        if (engine.connections[i].fd)
            fake_hang_up(&engine.connections[i]);
}

/* --- what comes of it ------------------------------------------------------------------------- */

static void who_takes_the_place_is_followed(void **state)
{
    static void (*const steps[])(void) = {says_half_a_line,
                                          says_the_rest,
                                          a_candidate_comes,
                                          the_candidate_says_something,
                                          names_change_hands,
                                          the_old_one_says_something,
                                          the_new_one_says_something,
                                          the_old_one_ends,
                                          somebody_leaves,
                                          NULL};

    (void)state;
    add_box(slot.name, "API_KEY=sk-very-secret-1");
    assert_string_equal(follow(steps, 100), "avr-sts-4711: my key is (hidden) !\n"
                                            "avrd-next-01a203ef702a: hello (hidden)\n"
                                            "another avr-sts-4711\n"
                                            "avrd-drain-01a203ef73be: bye\n"
                                            "avr-sts-4711: hello\n");
}

static void who_is_restarted_is_followed_again(void **state)
{
    static void (*const steps[])(void) = {says_a_line, the_old_one_ends, it_restarts,
                                          says_a_line, somebody_leaves,  NULL};

    (void)state;
    add_box(slot.name, "A=b");
    assert_string_equal(follow(steps, 100), "avr-sts-4711: and\navr-sts-4711: and\n");
}

static void whoever_wants_no_more_gets_no_more(void **state)
{
    static void (*const steps[])(void) = {says_a_line, NULL};

    (void)state;
    add_box(slot.name, "A=b");
    assert_string_equal(follow(steps, 1), "avr-sts-4711: and\n");
}

static void an_engine_that_goes_is_an_error(void **state)
{
    static void (*const steps[])(void) = {says_a_line, the_engine_goes, NULL};

    (void)state;
    add_box(slot.name, "A=b");
    const char *text = follow(steps, 100);
    assert_true(text_starts(text, "avr-sts-4711: and\nerror: "));
}

/* --- beside other work ------------------------------------------------------------------------ */

static struct follow *open_follow;

static bool only_note(void *ctx, const struct follow_box *box, const char *line)
{
    left = 100;
    return note_line(ctx, box, line);
}

static void never_ends(void *ctx, const struct err *err)
{
    (void)ctx;
    fail_msg("it ended: %s", err ? err->text : "nobody wanted more");
}

static void on_pause(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)timer, (void)events;
    ev_break(loop, EVBREAK_ONE);
}

/* Whatever is to be done is done. */
static void pass_a_moment(void)
{
    struct ev_timer timer;

    ev_timer_init(&timer, on_pause, 0.1, 0.);
    ev_timer_start(session_loop(session), &timer);
    ev_run(session_loop(session), 0);
    ev_timer_stop(session_loop(session), &timer);
}

static void open_with(const struct follow_options *more)
{
    static const struct container_spec *const slots[] = {&slot};
    static struct follow_box boxes[1];
    struct follow_options options = *more;

    seen = (struct text){.arena = arena};
    virtual_work = fake_work;
    session = session_new(&config, true);
    boxes[0] = (struct follow_box){&slot, fake_named(slot.name)->id, slot.name};
    options.slots = slots;
    options.n_slots = options.n_boxes = 1;
    options.boxes = boxes;
    options.on_line = only_note;
    open_follow = follow_open(session_client(session), &options, never_ends, NULL);
    pass_a_moment();
}

static void close_it(void)
{
    follow_close(open_follow);
    session_free(session);
}

static void other_settings_hide_other_values(void **state)
{
    static const struct env_var mode[] = {{.name = "MODE", .value = "purple", .secret = true}};
    struct container_spec hides = slot;
    const struct container_spec *const slots[] = {&hides};

    (void)state;
    add_box(slot.name, "MODE=purple");
    open_with(&(struct follow_options){.tail = 7});
    write_on(first_id(), LINE("\7purple\n"), 8 + 7);
    pass_a_moment();
    hides.env = (struct env_list){mode, 1};
    follow_slots(open_follow, slots, 1);
    write_on(first_id(), LINE("\7purple\n"), 8 + 7);
    pass_a_moment();
    assert_string_equal(text_str(&seen), "avr-sts-4711: purple\navr-sts-4711: (hidden)\n");
    close_it();
}

static void a_slot_that_is_gone_is_followed_no_more(void **state)
{
    (void)state;
    add_box(slot.name, "A=b");
    open_with(&(struct follow_options){.tail = 7});
    follow_slots(open_follow, NULL, 0);
    pass_a_moment();
    for (int i = 0; i < FAKE_CONNECTIONS; i++)
        assert_false(engine.connections[i].fd && *engine.connections[i].follows);
    it_restarts();
    pass_a_moment();
    for (int i = 0; i < FAKE_CONNECTIONS; i++)
        assert_false(engine.connections[i].fd && *engine.connections[i].follows);
    close_it();
}

static void more_logs_than_were_allowed_are_left_out(void **state)
{
    (void)state;
    add_box(slot.name, "A=b");
    open_with(&(struct follow_options){.tail = 7, .most_logs = 1});
    a_candidate_comes();
    pass_a_moment();
    write_on(second_id(), LINE("\6hello\n"), 8 + 6);
    says_a_line();
    pass_a_moment();
    assert_string_equal(text_str(&seen), "avr-sts-4711: and\n");
    close_it();
}

static void who_comes_back_is_told_what_was_written_since(void **state)
{
    (void)state;
    add_box(slot.name, "A=b");
    open_with(&(struct follow_options){.tail = -1, .lines_ms = 1700000000250});
    assert_true(text_starts(engine.followed, "tail=all&since=1700000000.250000000"));
    close_it();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, desk_set_up, desk_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_takes_the_place_is_followed),
        TEST(who_is_restarted_is_followed_again),
        TEST(whoever_wants_no_more_gets_no_more),
        TEST(an_engine_that_goes_is_an_error),
        TEST(other_settings_hide_other_values),
        TEST(a_slot_that_is_gone_is_followed_no_more),
        TEST(more_logs_than_were_allowed_are_left_out),
        TEST(who_comes_back_is_told_what_was_written_since),
    };
    return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}

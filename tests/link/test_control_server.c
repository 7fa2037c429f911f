/* The server against clients of every bad habit.  Both sides live in this program and time is
 * virtual: a limit of 30 s passes at once, and nothing depends on how busy the machine is. */
#include "link/link_fixture.h"

#include <errno.h>
#include <ev.h>
#include <sys/syscall.h>

#include "control/virtual_time.h"
#include "link/control_server.h"

static bool no_descriptors;
static int n_failed_accepts;

/* Takes the place of libc's. */
int accept4(int fd, __SOCKADDR_ARG address, socklen_t *restrict len, int flags)
{
    if (!no_descriptors)
        return (int)syscall(SYS_accept4, fd, address.__sockaddr__, len, flags);
    n_failed_accepts++;
    errno = EMFILE;
    return -1;
}

enum { MANY = 40, SERVED = 32 };

static struct {
    struct ev_loop *loop;
    struct control_server *server;
    struct control_request *requests[MANY];
    int n_requests, n_gone;
    enum { ANSWER_AT_ONCE, ANSWER_LATER } habit;
} service;

static void count_gone(void *ctx, struct control_request *request)
{
    (void)ctx;
    assert_non_null(control_request_wire(request)); /* the handle lives on */
    service.n_gone++;
}

static void on_request(void *ctx, struct control_request *request)
{
    const struct wire_request *wire = control_request_wire(request);

    (void)ctx;
    assert_true(service.n_requests < MANY);
    service.requests[service.n_requests++] = request;
    control_request_on_gone(request, count_gone, NULL);
    if (service.habit == ANSWER_LATER)
        return;
    control_reply_out(request, arena_printf(control_request_arena(request), "%s %s\n", wire->verb,
                                            wire->n_args ? wire->args[0] : ""));
    control_reply_err(request, "note\n");
    control_reply_event(request, "{\"event\":\"agent\"}");
    control_reply_exit(request, 2);
}

static bool nothing_more;

static void on_idle_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)timer, (void)events;
    nothing_more = true;
    ev_break(loop, EVBREAK_ALL);
}

/* Lets the loop do what it has to, for so many seconds of virtual time. */
static void pass(double seconds)
{
    struct ev_timer timer;

    ev_now_update(service.loop);
    ev_timer_init(&timer, on_idle_timer, seconds, 0.);
    ev_timer_start(service.loop, &timer);
    nothing_more = false;
    while (!nothing_more)
        ev_run(service.loop, EVRUN_ONCE);
}

static int server_setup(void **state)
{
    struct err err;

    stage_setup(state);
    memset(&service, 0, sizeof service);
    service.loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
    service.server =
        control_server_new(service.loop, ((struct stage *)*state)->path, on_request, NULL, &err);
    assert_non_null(service.server);
    return 0;
}

static int server_teardown(void **state)
{
    control_server_free(service.server);
    ev_loop_destroy(service.loop);
    return stage_teardown(state);
}
#define SERVER_TEST(f) cmocka_unit_test_setup_teardown(f, server_setup, server_teardown)

static int client_of(void **state)
{
    return connect_to(((struct stage *)*state)->path);
}

static void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* Everything that is there; *ret_closed tells whether the server has hung up behind it. */
static const char *hear(void **state, int fd, bool *ret_closed)
{
    struct text all = {.arena = ((struct stage *)*state)->arena};
    char piece[65536];
    ssize_t n;

    while ((n = recv(fd, piece, sizeof piece, MSG_DONTWAIT)) > 0)
        text_add_n(&all, piece, (size_t)n);
    *ret_closed = n == 0 || errno != EAGAIN;
    return text_str(&all);
}

#define HELLO  "{\"hello\":1}\n"
#define STATUS "{\"v\":1,\"verb\":\"status\",\"args\":[\"sales\"]}\n"

static void a_request_is_answered(void **state)
{
    int fd = client_of(state);
    bool closed;

    pass(0.1);
    assert_string_equal(hear(state, fd, &closed), HELLO);
    assert_false(closed);
    say(fd, "{\"v\":1,\"verb\":\"status\",");
    pass(1);
    assert_int_equal(service.n_requests, 0);
    say(fd, "\"args\":[\"sales\"]}\n");
    pass(0.1);
    assert_string_equal(hear(state, fd, &closed),
                        "{\"out\":\"status sales\\n\"}\n{\"err\":\"note\\n\"}\n"
                        "{\"event\":{\"event\":\"agent\"}}\n{\"exit\":2}\n");
    assert_true(closed);
    assert_int_equal(service.n_gone, 0);
    close(fd);
}

static void an_answer_may_take_hours(void **state)
{
    int fd = client_of(state);
    bool closed;

    service.habit = ANSWER_LATER;
    say(fd, STATUS);
    pass(7200);
    control_reply_out(service.requests[0], "waited");
    pass(7200);
    assert_string_equal(hear(state, fd, &closed), HELLO "{\"out\":\"waited\"}\n");
    assert_false(closed);
    control_reply_exit(service.requests[0], 0);
    pass(0.1);
    assert_string_equal(hear(state, fd, &closed), "{\"exit\":0}\n");
    assert_true(closed);
    close(fd);
}

static void half_a_request_is_not_waited_for(void **state)
{
    int silent = client_of(state), half = client_of(state);
    bool closed;

    say(half, "{\"v\":1,");
    pass(4);
    assert_string_equal(hear(state, half, &closed), HELLO);
    assert_false(closed);
    pass(2);
    assert_contains(hear(state, half, &closed), "no request came within 5 s");
    assert_true(closed);
    assert_contains(hear(state, silent, &closed), "{\"exit\":1}");
    assert_true(closed);
    close(silent);
    close(half);
}

static void a_request_without_end_is_refused(void **state)
{
    char piece[32768];
    int fd = client_of(state);
    bool closed = false;
    size_t sent = 0;

    memset(piece, 'x', sizeof piece);
    while (sent < 1 << 20) {
        ssize_t n = send(fd, piece, sizeof piece, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN)
            break;
        sent += n > 0 ? (size_t)n : 0;
        pass(0.001);
    }
    assert_true(sent < 1 << 20);
    assert_contains(hear(state, fd, &closed), "longer than 64 KiB");
    assert_true(closed);
    assert_int_equal(service.n_requests, 0);
    close(fd);
}

static void nonsense_is_explained(void **state)
{
    int fd = client_of(state);
    bool closed;

    say(fd, "GET / HTTP/1.1\r\n\r\n");
    pass(0.1);
    assert_contains(hear(state, fd, &closed), "not valid JSON");
    assert_true(closed);
    close(fd);
}

static void the_33rd_is_turned_away_and_comes_again(void **state)
{
    int fds[MANY];
    bool closed;

    service.habit = ANSWER_LATER;
    for (int i = 0; i < MANY; i++) {
        fds[i] = client_of(state);
        say(fds[i], STATUS);
        pass(0.01);
    }
    assert_int_equal(service.n_requests, SERVED);
    for (int i = 0; i < MANY; i++) {
        const char *text = hear(state, fds[i], &closed);
        assert_int_equal(closed, i >= SERVED);
        assert_contains(text, i < SERVED ? HELLO : "busy");
    }
    control_reply_exit(service.requests[0], 0);
    pass(0.1);
    close(fds[SERVED]);
    fds[SERVED] = client_of(state);
    pass(0.1);
    assert_string_equal(hear(state, fds[SERVED], &closed), HELLO);
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
    pass(0.1);
    assert_int_equal(service.n_gone, SERVED - 1);
}

/* Whoever left still counts until the service has let its request go, or requests could pile up. */
static void who_left_counts_until_the_request_ends(void **state)
{
    bool closed;

    service.habit = ANSWER_LATER;
    for (int i = 0; i < SERVED; i++) {
        int fd = client_of(state);
        say(fd, STATUS);
        pass(0.01);
        close(fd);
        pass(0.01);
    }
    assert_int_equal(service.n_gone, SERVED);
    int fd = client_of(state);
    pass(0.1);
    assert_contains(hear(state, fd, &closed), "busy");
    close(fd);
    for (int i = 0; i < SERVED; i++) {
        control_reply_out(service.requests[i], "nobody hears this");
        control_reply_exit(service.requests[i], 0);
    }
    fd = client_of(state);
    pass(0.1);
    assert_string_equal(hear(state, fd, &closed), HELLO);
    close(fd);
}

static void who_does_not_read_is_dropped(void **state)
{
    struct stage *p = *state;
    char *large = arena_alloc(p->arena, (1 << 20) + 1);
    int fd = client_of(state);
    bool closed;

    service.habit = ANSWER_LATER;
    memset(large, 'x', 1 << 20);
    say(fd, STATUS);
    pass(0.1);
    control_reply_out(service.requests[0], large);
    pass(20);
    assert_int_equal(service.n_gone, 0);
    (void)hear(state, fd, &closed); /* reads a little, and has another 30 s */
    pass(20);
    assert_int_equal(service.n_gone, 0);
    pass(20);
    assert_int_equal(service.n_gone, 1);
    (void)hear(state, fd, &closed);
    assert_true(closed);
    control_reply_exit(service.requests[0], 0);
    close(fd);
}

/* Many small texts fill the kernel's buffer until it takes not even the beginning of one. */
static void who_does_not_read_small_texts_is_dropped(void **state)
{
    enum { TEXTS = 3000 };
    int fd = client_of(state);

    service.habit = ANSWER_LATER;
    say(fd, STATUS);
    pass(0.1);
    for (int i = 0; i < TEXTS; i++) {
        control_reply_out(service.requests[0], "x");
        pass(0.001);
    }
    assert_int_equal(service.n_gone, 0);
    pass(31);
    assert_int_equal(service.n_gone, 1);
    control_reply_exit(service.requests[0], 0);
    close(fd);
}

/* The one who answers finds its request still there, and is told from the loop. */
static void output_is_bounded(void **state)
{
    struct stage *p = *state;
    char *large = arena_alloc(p->arena, (1 << 20) + 1);
    int fd = client_of(state);

    service.habit = ANSWER_LATER;
    memset(large, 'x', 1 << 20);
    say(fd, STATUS);
    pass(0.1);
    for (int i = 0; i < 5; i++)
        control_reply_out(service.requests[0], large);
    assert_int_equal(service.n_gone, 0);
    pass(0.1);
    assert_int_equal(service.n_gone, 1);
    control_reply_exit(service.requests[0], 0);
    close(fd);

    fd = client_of(state);
    say(fd, STATUS);
    pass(0.1);
    for (int i = 0; i < 5; i++)
        control_reply_out(service.requests[1], large);
    control_reply_exit(service.requests[1], 0); /* ended before it was told */
    pass(0.1);
    assert_int_equal(service.n_gone, 1);
    close(fd);
}

static void who_disappears_harms_nobody(void **state)
{
    struct stage *p = *state;
    char *large = arena_alloc(p->arena, (1 << 20) + 1);
    int early = client_of(state), busy = client_of(state), talks = client_of(state), other;
    bool closed;

    service.habit = ANSWER_LATER;
    memset(large, 'x', 1 << 20);
    say(busy, STATUS);
    say(talks, STATUS);
    pass(0.1);
    control_reply_out(service.requests[0], large);
    control_reply_exit(service.requests[0], 0);
    close(early); /* without a request */
    close(busy);  /* in the middle of what it is sent */
    say(talks, STATUS);
    pass(0.1);
    assert_int_equal(service.n_gone, 1); /* only one was still being answered */
    control_reply_exit(service.requests[1], 0);
    other = client_of(state);
    pass(0.1);
    assert_string_equal(hear(state, other, &closed), HELLO);
    close(talks);
    close(other);
}

static void long_progress_is_said_not_sent(void **state)
{
    struct stage *p = *state;
    char *large = arena_alloc(p->arena, (1 << 20) + 1);
    int fd = client_of(state);
    bool closed;

    service.habit = ANSWER_LATER;
    memset(large, ' ', 1 << 20);
    say(fd, STATUS);
    pass(0.1);
    control_reply_event(service.requests[0], arena_printf(p->arena, "{%s}", large));
    control_reply_exit(service.requests[0], 0);
    pass(0.1);
    assert_contains(hear(state, fd, &closed), "too long to be sent");
    close(fd);
}

static void the_end_of_the_service_is_told(void **state)
{
    int fd = client_of(state);
    bool closed;

    service.habit = ANSWER_LATER;
    say(fd, STATUS);
    pass(0.1);
    control_reply_err(service.requests[0], "the service ends\n");
    control_server_free(service.server);
    service.server = NULL;
    assert_string_equal(hear(state, fd, &closed), HELLO "{\"err\":\"the service ends\\n\"}\n");
    assert_true(closed);
    assert_int_equal(access(((struct stage *)*state)->path, F_OK), -1);
    close(fd);
}

static void without_descriptors_it_waits(void **state)
{
    int fd = client_of(state);
    bool closed;

    no_descriptors = true;
    n_failed_accepts = 0;
    pass(10);
    assert_in_range(n_failed_accepts, 5, 11); /* once a second, not whenever the loop turns */
    assert_string_equal(hear(state, fd, &closed), "");
    no_descriptors = false;
    pass(2);
    assert_string_equal(hear(state, fd, &closed), HELLO);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(a_request_is_answered),
        SERVER_TEST(an_answer_may_take_hours),
        SERVER_TEST(half_a_request_is_not_waited_for),
        SERVER_TEST(a_request_without_end_is_refused),
        SERVER_TEST(nonsense_is_explained),
        SERVER_TEST(the_33rd_is_turned_away_and_comes_again),
        SERVER_TEST(who_left_counts_until_the_request_ends),
        SERVER_TEST(who_does_not_read_is_dropped),
        SERVER_TEST(who_does_not_read_small_texts_is_dropped),
        SERVER_TEST(output_is_bounded),
        SERVER_TEST(who_disappears_harms_nobody),
        SERVER_TEST(long_progress_is_said_not_sent),
        SERVER_TEST(the_end_of_the_service_is_told),
        SERVER_TEST(without_descriptors_it_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Goal: the service manager learns how the service is, in its own words, and whether its loop
 * turns; without a manager nothing happens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "base/clock.h"
#include "tell/systemd.h"

struct manager {
    int fd;
    char name[60]; /* $NOTIFY_SOCKET */
    struct ev_loop *loop;
    char text[4096];
    int want; /* messages, then the loop is broken */
    struct ev_io io;
};

static const char *receive(struct manager *m)
{
    ssize_t n = recv(m->fd, m->text, sizeof m->text - 1, MSG_DONTWAIT);

    m->text[n > 0 ? n : 0] = '\0';
    return m->text;
}

static struct manager *listen_at(const char *prefix)
{
    static int number;
    struct manager *m = calloc(1, sizeof *m);
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(m->name, sizeof m->name, "%s-%d-%d", prefix, (int)getpid(), number++);
    memcpy(address.sun_path, m->name, strlen(m->name));
    if (*m->name == '@')
        address.sun_path[0] = '\0';
    m->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(m->fd, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(m->name) +
                                      (*m->name == '/'))),
                     0);
    setenv("NOTIFY_SOCKET", m->name, 1);
    m->loop = ev_loop_new(EVFLAG_AUTO);
    return m;
}

static void hang_up(struct manager *m)
{
    ev_loop_destroy(m->loop);
    close(m->fd);
    if (*m->name == '/')
        unlink(m->name);
    free(m);
}

static void check_states(const char *prefix)
{
    struct manager *m = listen_at(prefix);
    struct systemd *s = systemd_open(m->loop);
    int64_t before_ms = mono_ms(), us;

    assert_null(getenv("NOTIFY_SOCKET"));
    systemd_ready(s);
    assert_string_equal(receive(m), "READY=1");
    systemd_reloading(s);
    assert_int_equal(sscanf(receive(m), "RELOADING=1\nMONOTONIC_USEC=%ld", &us), 1);
    assert_true(us / 1000 >= before_ms && us / 1000 <= mono_ms());
    systemd_ready(s);
    assert_string_equal(receive(m), "READY=1");
    systemd_stopping(s);
    assert_string_equal(receive(m), "STOPPING=1");
    assert_string_equal(receive(m), "");
    systemd_close(s);
    hang_up(m);
}

static void states_over_a_path(void **state)
{
    (void)state;
    check_states("/tmp/avr-test-notify");
}

static void states_over_an_abstract_socket(void **state)
{
    (void)state;
    check_states("@avr-test-notify");
}

static void on_message(struct ev_loop *loop, struct ev_io *io, int events)
{
    struct manager *m = io->data;

    (void)events;
    receive(m);
    if (--m->want == 0)
        ev_break(loop, EVBREAK_ALL);
}

static void wait_for(struct manager *m, int messages)
{
    m->want = messages;
    ev_io_init(&m->io, on_message, m->fd, EV_READ);
    m->io.data = m;
    ev_io_start(m->loop, &m->io);
    alarm(20);
    ev_run(m->loop, 0);
    alarm(0);
    ev_io_stop(m->loop, &m->io);
}

static void of_many_statuses_the_last_one_counts(void **state)
{
    struct manager *m = listen_at("@avr-test-notify");
    struct systemd *s = systemd_open(m->loop);

    (void)state;
    systemd_status(s, "%d agents\nREADY=1", 3);
    assert_string_equal(receive(m), "STATUS=3 agents\\nREADY=1"); /* no second assignment */
    for (int i = 0; i < 1000; i++)
        systemd_status(s, "%d agents", i);
    assert_string_equal(receive(m), "");
    wait_for(m, 1);
    assert_string_equal(m->text, "STATUS=999 agents");
    ev_run(m->loop, 0); /* nothing is left, and nothing keeps the loop running */
    assert_string_equal(receive(m), "");
    systemd_status(s, "soon gone");
    systemd_close(s);
    ev_run(m->loop, 0);
    hang_up(m);
}

/* The manager's queue is full: the state comes through as soon as there is room. */
static void a_busy_manager_is_told_later(void **state)
{
    struct manager *m = listen_at("@avr-test-notify");
    struct systemd *s = systemd_open(m->loop);
    int filled = 0;

    (void)state;
    do
        systemd_stopping(s);
    while (++filled < 2000);
    systemd_ready(s);
    while (*receive(m))
        assert_string_equal(m->text, "STOPPING=1");
    wait_for(m, 1);
    assert_string_equal(m->text, "READY=1");
    systemd_close(s);
    hang_up(m);
}

static void the_watchdog_is_petted_while_the_loop_turns(void **state)
{
    struct manager *m = listen_at("@avr-test-notify");

    (void)state;
    setenv("WATCHDOG_USEC", "40000", 1);
    struct systemd *s = systemd_open(m->loop);
    assert_null(getenv("WATCHDOG_USEC"));
    usleep(100 * 1000); /* the loop does not turn */
    assert_string_equal(receive(m), "");
    wait_for(m, 3);
    assert_string_equal(m->text, "WATCHDOG=1");
    systemd_close(s);
    hang_up(m);
}

static void a_watchdog_of_others_or_of_nonsense_is_none(void **state)
{
    static const char *const usec[] = {"1000", "0", "", "-5", "1000x", "soon"};
    char other[20];

    (void)state;
    snprintf(other, sizeof other, "%d", (int)getppid());
    for (size_t i = 0; i < sizeof usec / sizeof usec[0]; i++) {
        struct manager *m = listen_at("@avr-test-notify");
        setenv("WATCHDOG_USEC", usec[i], 1);
        if (i == 0)
            setenv("WATCHDOG_PID", other, 1);
        struct systemd *s = systemd_open(m->loop);
        assert_null(getenv("WATCHDOG_PID"));
        usleep(5 * 1000);
        ev_run(m->loop, EVRUN_NOWAIT);
        assert_string_equal(receive(m), "");
        systemd_close(s);
        hang_up(m);
    }
}

static void without_a_manager_nothing_happens(void **state)
{
    static const char *const names[] = {
        NULL, "", "@", "/", "relative", "vsock:2:1", "/nowhere/at/all"};
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i])
            setenv("NOTIFY_SOCKET", names[i], 1);
        setenv("WATCHDOG_USEC", "1000", 1);
        struct systemd *s = systemd_open(loop);
        assert_null(getenv("WATCHDOG_USEC"));
        systemd_ready(s);
        systemd_status(s, "fine");
        systemd_stopping(s);
        ev_run(loop, 0);
        systemd_close(s);
    }
    systemd_close(NULL);
    ev_loop_destroy(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_over_a_path),
        cmocka_unit_test(states_over_an_abstract_socket),
        cmocka_unit_test(of_many_statuses_the_last_one_counts),
        cmocka_unit_test(a_busy_manager_is_told_later),
        cmocka_unit_test(the_watchdog_is_petted_while_the_loop_turns),
        cmocka_unit_test(a_watchdog_of_others_or_of_nonsense_is_none),
        cmocka_unit_test(without_a_manager_nothing_happens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tell/systemd.h"

#include <errno.h>
#include <ev.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "base/clock.h"
#include "base/visible.h"

enum { STATUS_GAP_MS = 1000, AGAIN_MS = 100, STATUS_COLUMNS = 200 };

struct systemd {
    struct ev_loop *loop;
    int fd; /* -1: nobody listens */
    struct sockaddr_un address;
    socklen_t address_len;
    const char *state; /* "READY=1", …: still to be sent, or NULL */
    char *status;      /* still to be sent, or NULL */
    int64_t status_ms; /* when one was sent last */
    struct ev_timer later;
    struct ev_timer watchdog;
};

/* False: no address we can send to. */
static bool parse_address(struct systemd *s, const char *name)
{
    size_t len = name ? strlen(name) : 0;

    if (len < 2 || len >= sizeof s->address.sun_path || (*name != '/' && *name != '@'))
        return false;
    s->address.sun_family = AF_UNIX;
    memcpy(s->address.sun_path, name, len);
    s->address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    if (*name == '@')
        s->address.sun_path[0] = '\0'; /* abstract: no file, and no NUL at its end */
    else
        s->address_len++;
    return true;
}

/* False if it is to be tried again. */
static bool send_now(const struct systemd *s, const char *message)
{
    ssize_t n = sendto(s->fd, message, strlen(message), MSG_DONTWAIT | MSG_NOSIGNAL,
                       (const struct sockaddr *)&s->address, s->address_len);

    return n >= 0 || (errno != EAGAIN && errno != ENOBUFS && errno != EINTR);
}

static void send_state(struct systemd *s)
{
    char message[80];
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(message, sizeof message, "%s\nMONOTONIC_USEC=%lld", s->state,
             (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    if (send_now(s, text_is(s->state, "RELOADING=1") ? message : s->state))
        s->state = NULL;
}

static void send_status(struct systemd *s)
{
    if (!send_now(s, s->status))
        return;
    s->status_ms = mono_ms();
    free(s->status);
    s->status = NULL;
}

/* Sends what may be sent now; comes again for the rest. */
static void flush(struct systemd *s)
{
    if (s->state)
        send_state(s);
    int64_t wait_ms = s->status ? s->status_ms + STATUS_GAP_MS - mono_ms() : 0;
    if (s->status && wait_ms <= 0)
        send_status(s);
    if (s->state || !s->status || wait_ms <= 0)
        wait_ms = AGAIN_MS;
    if ((!s->state && !s->status) || ev_is_active(&s->later))
        return;
    ev_now_update(s->loop);
    ev_timer_set(&s->later, (double)wait_ms / 1000.0, 0);
    ev_timer_start(s->loop, &s->later);
    ev_unref(s->loop);
}

static void on_later(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)events;
    ev_ref(loop); /* the timer has ended, as if by ev_timer_stop() */
    flush(timer->data);
}

static void on_watchdog(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    send_now(timer->data, "WATCHDOG=1");
}

/* 0: no watchdog, or not for this process. */
static unsigned long long watchdog_us(void)
{
    const char *pid = getenv("WATCHDOG_PID"), *text = getenv("WATCHDOG_USEC");
    char *end;

    if (pid && strtoll(pid, &end, 10) != getpid())
        return 0;
    unsigned long long us = text ? strtoull(text, &end, 10) : 0;
    return text && *text >= '0' && *text <= '9' && *end == '\0' ? us : 0;
}

static void start_watchdog(struct systemd *s)
{
    unsigned long long us = watchdog_us();
    double half_s = (double)us / 2 / 1e6;

    ev_init(&s->watchdog, on_watchdog);
    s->watchdog.data = s;
    if (us == 0)
        return;
    ev_timer_set(&s->watchdog, half_s, half_s);
    ev_timer_start(s->loop, &s->watchdog);
    ev_unref(s->loop);
}

struct systemd *systemd_open(struct ev_loop *loop)
{
    struct systemd *s = calloc(1, sizeof *s);

    if (!s)
        abort();
    s->loop = loop;
    s->fd = -1;
    s->status_ms = mono_ms() - STATUS_GAP_MS;
    ev_init(&s->later, on_later);
    s->later.data = s;
    if (parse_address(s, getenv("NOTIFY_SOCKET")))
        s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (s->fd >= 0)
        start_watchdog(s);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return s;
}

static void stop(struct systemd *s, struct ev_timer *timer)
{
    if (!ev_is_active(timer))
        return;
    ev_ref(s->loop);
    ev_timer_stop(s->loop, timer);
}

void systemd_close(struct systemd *s)
{
    if (!s)
        return;
    if (s->fd >= 0) {
        stop(s, &s->later);
        stop(s, &s->watchdog);
        close(s->fd);
    }
    free(s->status);
    free(s);
}

static void tell(struct systemd *s, const char *state)
{
    if (s->fd < 0)
        return;
    s->state = state;
    flush(s);
}

void systemd_ready(struct systemd *s)
{
    tell(s, "READY=1");
}

void systemd_reloading(struct systemd *s)
{
    tell(s, "RELOADING=1");
}

void systemd_stopping(struct systemd *s)
{
    tell(s, "STOPPING=1");
}

void systemd_status(struct systemd *s, const char *fmt, ...)
{
    char *text = NULL, *message = NULL;
    va_list ap;

    if (s->fd < 0)
        return;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    struct arena *a = arena_new();
    if (n < 0 ||
        asprintf(&message, "STATUS=%s", visible_cut(a, visible_text(a, text), STATUS_COLUMNS)) < 0)
        abort();
    arena_free(a);
    free(text);
    free(s->status);
    s->status = message;
    flush(s);
}

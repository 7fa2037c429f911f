#include "link/control_connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct control_request {
    TAILQ_ENTRY(control_request) all;
    struct control_owner *owner;
    struct arena *arena;
    enum {
        READING, /* the request */
        WORKING, /* the service has it */
        CLOSING, /* the exit code was said, the rest is being sent */
        GONE,    /* no client any more, the service still has the request */
    } state;
    int fd;
    struct ev_io readable, writable;
    struct ev_timer timer; /* READING: the request is late; else: nothing was read, or dropped */
    struct lines lines;
    struct wire_request wire;
    char *output; /* from sent to len, not yet taken by the kernel */
    size_t sent, len, cap;
    bool dropped; /* the timer is about to say so */
    control_on_gone *on_gone;
    void *gone_ctx;
};

static void stop_watching(struct control_request *r)
{
    ev_io_stop(r->owner->loop, &r->readable);
    ev_io_stop(r->owner->loop, &r->writable);
    ev_timer_stop(r->owner->loop, &r->timer);
}

static void disconnect(struct control_request *r)
{
    stop_watching(r);
    close(r->fd);
    free(r->output);
    r->output = NULL;
    r->sent = r->len = r->cap = 0;
    lines_free(&r->lines);
}

static void discard(struct control_request *r)
{
    TAILQ_REMOVE(&r->owner->all, r, all);
    r->owner->n--;
    arena_free(r->arena);
    free(r);
}

/* The client is no more.  The request may be freed when this returns. */
static void leave(struct control_request *r)
{
    disconnect(r);
    if (r->state != WORKING) {
        discard(r);
        return;
    }
    r->state = GONE;
    if (r->on_gone)
        r->on_gone(r->gone_ctx, r);
}

static void set_timer(struct control_request *r, double seconds)
{
    ev_timer_stop(r->owner->loop, &r->timer);
    ev_timer_set(&r->timer, seconds, 0.);
    ev_timer_start(r->owner->loop, &r->timer);
}

/* From the loop, not from here: who called is not prepared for its request to go away. */
static void drop_later(struct control_request *r)
{
    r->dropped = true;
    r->sent = r->len = 0;
    ev_io_stop(r->owner->loop, &r->readable);
    ev_io_stop(r->owner->loop, &r->writable);
    set_timer(r, 0);
}

static void make_room(struct control_request *r, size_t n)
{
    if (r->sent) {
        memmove(r->output, r->output + r->sent, r->len - r->sent);
        r->len -= r->sent;
        r->sent = 0;
    }
    if (r->cap - r->len >= n)
        return;
    size_t cap = r->cap ? r->cap : 4096;
    while (cap - r->len < n)
        cap *= 2;
    r->output = realloc(r->output, cap);
    if (!r->output)
        abort();
    r->cap = cap;
}

static void send_frames(struct control_request *r, const char *frames)
{
    size_t n = strlen(frames);

    if (r->state == GONE || r->dropped)
        return;
    if (r->len - r->sent + n > CONTROL_MAX_OUTPUT) {
        drop_later(r);
        return;
    }
    bool was_idle = r->len == r->sent;
    make_room(r, n);
    memcpy(r->output + r->len, frames, n);
    r->len += n;
    ev_io_start(r->owner->loop, &r->writable);
    if (was_idle && r->state != READING)
        set_timer(r, CONTROL_STALL_S);
}

static ssize_t send_some(struct control_request *r)
{
    ssize_t n = send(r->fd, r->output + r->sent, r->len - r->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (n > 0)
        r->sent += (size_t)n;
    return n;
}

static bool must_wait(void)
{
    return errno == EAGAIN || errno == EINTR;
}

static void on_writable(struct ev_loop *loop, struct ev_io *io, int events)
{
    struct control_request *r = io->data;

    (void)events;
    ssize_t n = send_some(r);
    if (n < 0 && !must_wait()) {
        leave(r);
        return;
    }
    if (n > 0 && r->state != READING)
        set_timer(r, CONTROL_STALL_S);
    if (r->sent < r->len)
        return;
    ev_io_stop(loop, io);
    if (r->state != READING)
        ev_timer_stop(loop, &r->timer);
    if (r->state == CLOSING)
        leave(r);
}

static void begin_closing(struct control_request *r)
{
    r->state = CLOSING;
    ev_io_stop(r->owner->loop, &r->readable);
    if (!r->dropped)
        set_timer(r, CONTROL_STALL_S);
}

static void refuse(struct control_request *r, const char *sentence)
{
    begin_closing(r);
    control_reply_err(r, arena_printf(r->arena, "error: %s\n", sentence));
    send_frames(r, wire_number(r->arena, WIRE_EXIT, 1));
}

static void take_request(struct control_request *r, const char *line, size_t len)
{
    struct err err = {0};

    if (wire_request_decode(r->arena, line, len, &r->wire, &err) < 0) {
        refuse(r, err.text);
        return;
    }
    r->state = WORKING;
    ev_timer_stop(r->owner->loop, &r->timer);
    if (r->sent < r->len) /* a hello that was not read yet */
        set_timer(r, CONTROL_STALL_S);
    r->owner->on_request(r->owner->ctx, r);
}

/* Behind its request a client says nothing more: who does is treated as one who left. */
static void on_readable(struct ev_loop *loop, struct ev_io *io, int events)
{
    struct control_request *r = io->data;
    char piece[8192];
    const char *line;
    size_t len;

    (void)loop;
    (void)events;
    ssize_t n = recv(r->fd, piece, sizeof piece, MSG_DONTWAIT);
    if (n < 0 && must_wait())
        return;
    if (n <= 0 || r->state == WORKING) {
        leave(r);
        return;
    }
    bool fits = lines_add(&r->lines, piece, (size_t)n);
    if (lines_next(&r->lines, &line, &len))
        take_request(r, line, len);
    else if (!fits)
        refuse(r,
               arena_printf(r->arena, "the request is longer than %d KiB", WIRE_MAX_REQUEST >> 10));
}

static void on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct control_request *r = timer->data;

    (void)loop;
    (void)events;
    if (r->state == READING)
        refuse(r, arena_printf(r->arena, "no request came within %d s", CONTROL_REQUEST_S));
    else
        leave(r);
}

void control_connection_new(struct control_owner *owner, int fd)
{
    struct control_request *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    r->owner = owner;
    r->arena = arena_new();
    r->fd = fd;
    r->lines.max = WIRE_MAX_REQUEST;
    ev_io_init(&r->readable, on_readable, fd, EV_READ);
    ev_io_init(&r->writable, on_writable, fd, EV_WRITE);
    ev_init(&r->timer, on_timer);
    r->readable.data = r->writable.data = r->timer.data = r;
    TAILQ_INSERT_TAIL(&owner->all, r, all);
    owner->n++;
    ev_io_start(owner->loop, &r->readable);
    set_timer(r, CONTROL_REQUEST_S);
    send_frames(r, wire_number(r->arena, WIRE_HELLO, WIRE_VERSION));
}

void control_connection_free(struct control_request *r)
{
    if (r->state != GONE) {
        if (r->sent < r->len)
            send_some(r);
        disconnect(r);
    }
    discard(r);
}

const struct wire_request *control_request_wire(const struct control_request *r)
{
    return &r->wire;
}

struct arena *control_request_arena(struct control_request *r)
{
    return r->arena;
}

void control_request_on_gone(struct control_request *r, control_on_gone *on_gone, void *ctx)
{
    r->on_gone = on_gone;
    r->gone_ctx = ctx;
}

static void reply(struct control_request *r, enum wire_kind kind, const char *text)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    if (*text)
        send_frames(r, wire_text(a, kind, text));
}

void control_reply_out(struct control_request *r, const char *text)
{
    reply(r, WIRE_OUT, text);
}

void control_reply_err(struct control_request *r, const char *text)
{
    reply(r, WIRE_ERR, text);
}

void control_reply_event(struct control_request *r, const char *json)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *frame = wire_event(a, json);

    if (strlen(frame) > WIRE_MAX_FRAME)
        control_reply_err(r, "note: a report of progress was too long to be sent\n");
    else
        send_frames(r, frame);
}

void control_reply_exit(struct control_request *r, int code)
{
    if (r->state == GONE) {
        discard(r);
        return;
    }
    begin_closing(r);
    send_frames(r, wire_number(r->arena, WIRE_EXIT, code));
}

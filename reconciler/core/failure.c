#include "core/failure.h"

#include "base/text.h"
#include "core/slot.h"

enum {
    SIGNALLED = 128,
    SLACK_MS = 5000 /* from a start to the first question, and the last one */
};

const char *exit_text(struct arena *a, int exit_code)
{
    static const char *const signals[] = {
        [1] = "SIGHUP",   [2] = "SIGINT",   [3] = "SIGQUIT",  [4] = "SIGILL",   [6] = "SIGABRT",
        [7] = "SIGBUS",   [8] = "SIGFPE",   [9] = "SIGKILL",  [10] = "SIGUSR1", [11] = "SIGSEGV",
        [12] = "SIGUSR2", [13] = "SIGPIPE", [14] = "SIGALRM", [15] = "SIGTERM"};
    size_t n = exit_code > SIGNALLED ? (size_t)exit_code - SIGNALLED : 0;

    if (n >= sizeof signals / sizeof signals[0] || !signals[n])
        return arena_printf(a, "%d", exit_code);
    return arena_printf(a, "%d (%s)", exit_code, signals[n]);
}

const char *probe_text(struct arena *a, const struct probe *probe)
{
    switch (probe->kind) {
    case PROBE_TCP:
        return "listen on its port";
    case PROBE_WS:
        return "answer a WebSocket upgrade";
    case PROBE_HTTP:
        return arena_printf(a, "answer GET %s", probe->path ? probe->path : "/");
    case PROBE_ENGINE:
        return "pass its own health check";
    case PROBE_NONE:
        break;
    }
    return "stay up";
}

static const char *after_start(struct arena *a, const struct box *b, int64_t at_ms)
{
    int64_t ran_ms = at_ms - b->started_ms;

    if (!b->started_ms || ran_ms < 0)
        return "";
    if (ran_ms < 1000)
        return " right after its start";
    return arena_printf(a, " %s after its start", text_duration(a, ran_ms / 1000));
}

const char *death_text(struct arena *a, const struct box *b)
{
    return arena_printf(a, "exited with code %s%s", exit_text(a, b->exit_code),
                        after_start(a, b, b->finished_ms));
}

static const char *not_started_text(struct arena *a, const struct box *b)
{
    return *b->error ? arena_printf(a, "could not be started: %s", b->error) : NULL;
}

static const char *with_last_line(struct arena *a, const struct box *b, const char *text)
{
    return b->last_line && *b->last_line ? arena_printf(a, "%s: %s", text, b->last_line) : text;
}

/* What it was stopped for.  How long it had run until then tells whether it was ever ready. */
static const char *verdict_text(struct arena *a, const struct box *b, const struct probe *asked)
{
    int64_t since = box_since_ms(b), ran_ms = since - b->started_ms;
    int64_t timeout_ms = asked ? asked->timeout_s * 1000 : 0;

    if (b->restart_count)
        return "died, and was restarted by its restart policy";
    if (b->engine_health == ENGINE_HEALTH_BAD)
        return "was unhealthy by its own health check";
    if (asked && ran_ms >= timeout_ms && ran_ms <= timeout_ms + SLACK_MS)
        return arena_printf(a, "did not %s within %s", probe_text(a, asked),
                            text_duration(a, asked->timeout_s));
    return arena_printf(a, "%s%s", ran_ms > timeout_ms ? "stopped working" : "was given up",
                        after_start(a, b, since));
}

const char *failure_text(struct arena *a, const struct box *failed, const struct probe *asked)
{
    int64_t since = box_since_ms(failed);

    if (!failed->started_ms)
        return not_started_text(a, failed);
    if (failed->started_ms > since) /* somebody started it again */
        return NULL;
    if (failed->state == BOX_EXITED && failed->finished_ms && failed->finished_ms <= since)
        return with_last_line(a, failed,
                              *failed->error ? not_started_text(a, failed) : death_text(a, failed));
    return with_last_line(a, failed, verdict_text(a, failed, asked));
}

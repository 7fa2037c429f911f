#include "service/service.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "control/advertise.h"
#include "service/desk.h"
#include "service/hearing.h"
#include "service/service_parts.h"

enum { TELL_MS = 2000 };

static void open_log(struct service *s)
{
    s->log = log_open(&(struct log_options){.fd = STDERR_FILENO,
                                            .format = s->options->log_format,
                                            .level = s->options->log_level,
                                            .color = s->options->color});
}

static void open_store(struct service *s)
{
    struct err err;

    if (store_open(s->config->state_dir, session_key(s->session), STORE_WRITE, wall_ms(), &s->store,
                   &err) < 0)
        log_condition(s->log, "history", LEVEL_WARNING, NULL, err.text);
}

static int open_notify(struct service *s, struct err *err)
{
    struct notify_options options = {.url = s->options->notify_url, .host = s->config->engine_name};

    if (!options.url)
        return 0;
    if (s->options->notify_form &&
        notify_format_parse(s->options->notify_form, &options.format) < 0)
        return err_set(err, ERR_INVALID, "notifications have no form \"%s\"",
                       s->options->notify_form);
    s->notify = notify_open(s->loop, &options, err);
    return s->notify ? 0 : -1;
}

void service_close(struct service *s)
{
    guest_close(s);
    control_server_free(s->server);
    desk_free(s->desk);
    triggers_close(s);
    fleet_free(s->fleet);
    arena_free(s->last.arena);
    arena_free(s->orders_arena);
    hearing_free(s->hearing);
    account_free(s->account);
    retries_free(s->retries);
    others_free(s->others);
    sight_free(s->sight);
    fetches_free(s->fetches);
    notify_close(s->notify);
    reap_close(s->reaper);
    systemd_close(s->systemd);
    if (s->lock >= 0)
        close(s->lock);
    store_close(s->store);
    log_close(s->log);
    session_free(s->session);
}

int service_listen(struct service *s, struct err *err)
{
    if (s->server)
        return 0;
    s->server = control_server_new(s->loop, s->options->control, desk_on_request, s, err);
    if (s->server) {
        log_clear(s->log, "control", "the control socket is answered here now");
        return 0;
    }
    log_condition(s->log, "control", LEVEL_INFO, NULL, err->text);
    return err->code == ERR_CONFLICT ? 0 : -1;
}

int service_open(struct service *s, struct err *err)
{
    signal(SIGPIPE, SIG_IGN);
    settings_open(s);
    s->session = session_new(s->config, false);
    s->loop = session_loop(s->session);
    open_log(s);
    s->systemd = systemd_open(s->loop);
    if (getpid() == 1)
        s->reaper = reap_open(s->loop);
    open_store(s);
    advertise_remember(s->config->state_dir, s->config->host.advertise);
    s->retries = retries_new();
    s->others = others_new();
    s->sight = sight_new();
    s->fetches = fetches_new();
    s->account = account_new(s);
    s->hearing = hearing_new(s);
    s->fleet = fleet_new(s->session, account_fleet_owner(s->account));
    s->desk = desk_new(s);
    if (open_notify(s, err) < 0)
        return -1;
    if (service_listen(s, err) < 0)
        return -1;
    triggers_open(s);
    return guest_open(s, err);
}

void service_turn(struct service *s)
{
    if (s->round_due && !s->stopping) {
        s->round_due = false;
        service_round(s);
    } else {
        ev_run(s->loop, EVRUN_ONCE);
    }
}

/* What is not told by then is lost: whoever waits for our end does not wait for a webhook. */
static void tell_the_rest(struct service *s)
{
    int64_t end_ms = mono_ms() + TELL_MS;

    if (!s->notify)
        return;
    notify_hurry(s->notify);
    ev_timer_stop(s->loop, &s->due);
    ev_timer_set(&s->due, TELL_MS / 1000., 0.);
    ev_timer_start(s->loop, &s->due);
    while (!notify_idle(s->notify) && mono_ms() < end_ms)
        ev_run(s->loop, EVRUN_ONCE);
}

static void run(struct service *s)
{
    log_say(s->log, LEVEL_INFO, NULL, "started, watching %s", s->config->engine_name);
    if (s->notify)
        log_say(s->log, LEVEL_INFO, NULL, "changes are told to %s", notify_target(s->notify));
    systemd_ready(s->systemd); /* whatever the engine does: one that is away is waited for */
    while (!s->stopping)
        service_turn(s);
    systemd_stopping(s->systemd);
    log_say(s->log, LEVEL_INFO, NULL, "stopping at the next safe point");
    while (!fleet_is_idle(s->fleet))
        ev_run(s->loop, EVRUN_ONCE);
    tell_the_rest(s);
    ev_run(s->loop, EVRUN_NOWAIT); /* lets the last runner be freed */
    log_say(s->log, LEVEL_INFO, NULL, "stopped");
}

int service_run(const struct config *config, const struct service_options *options, struct err *err)
{
    struct service s = {.config = config, .options = options, .lock = -1};
    int result = service_open(&s, err);

    if (result == 0)
        run(&s);
    service_close(&s);
    return result;
}

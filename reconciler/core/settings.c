#include "core/settings.h"

#include <string.h>

#include "core/env.h"

static void over_value(struct value *base, const struct value *over)
{
    if (over->text)
        *base = *over;
}

static void over_values(struct values *base, const struct values *over)
{
    if (over->set)
        *base = *over;
}

static void over_number(struct number *base, const struct number *over)
{
    if (over->set)
        *base = *over;
}

const char *volume_target(const char *volume, size_t *ret_len)
{
    const char *colon = strchr(volume, ':');
    const char *target = colon ? colon + 1 : volume;

    *ret_len = strcspn(target, ":");
    while (*ret_len > 1 && target[*ret_len - 1] == '/')
        --*ret_len;
    return target;
}

bool volume_same_target(const char *a, const char *b)
{
    size_t n, m;
    const char *s = volume_target(a, &n), *t = volume_target(b, &m);
    return n == m && memcmp(s, t, n) == 0;
}

static bool has_target(const struct values *volumes, const char *volume)
{
    for (size_t i = 0; i < volumes->n; i++)
        if (volume_same_target(volumes->items[i].text, volume))
            return true;
    return false;
}

static void over_volumes(struct arena *a, struct values *base, const struct values *over)
{
    if (!over->set)
        return;
    struct value *merged = arena_alloc(a, (base->n + over->n + 1) * sizeof *merged);
    size_t n = 0;
    for (size_t i = 0; over->n && i < base->n; i++)
        if (!has_target(over, base->items[i].text))
            merged[n++] = base->items[i];
    for (size_t i = 0; i < over->n; i++)
        merged[n++] = over->items[i];
    *base = (struct values){merged, n, true};
}

static void over_labels(struct arena *a, const struct label **base, size_t *n_base,
                        const struct label *over, size_t n_over)
{
    struct label *merged = arena_alloc(a, (*n_base + n_over + 1) * sizeof *merged);
    size_t n = *n_base;

    for (size_t i = 0; i < n; i++)
        merged[i] = (*base)[i];
    for (size_t i = 0; i < n_over; i++) {
        size_t k = 0;
        while (k < n && strcmp(merged[k].key, over[i].key) != 0)
            k++;
        merged[k] = over[i];
        n += k == n;
    }
    *base = merged;
    *n_base = n;
}

/* Options belong to their driver: another driver starts without those of the old one.  Options
 * without a driver go to whichever is named above or below them. */
static void over_logging(struct arena *a, struct settings *base, const struct settings *over)
{
    const char *below = base->log_driver.text, *driver = over->log_driver.text;

    if (below && driver && strcmp(below, driver) != 0)
        base->n_log_options = 0;
    over_value(&base->log_driver, &over->log_driver);
    over_labels(a, &base->log_options, &base->n_log_options, over->log_options,
                over->n_log_options);
}

static void over_environment(struct arena *a, struct env_list *base, const struct env_list *over)
{
    struct env_build b = {.arena = a};

    if (over->n == 0)
        return;
    env_put_all(&b, base);
    env_put_all(&b, over);
    *base = env_done(&b);
}

static void over_healthcheck(struct healthcheck *base, const struct healthcheck *over)
{
    if (over->kind.text) {
        base->kind = over->kind;
        base->args = over->args;
    }
    over_number(&base->timeout_s, &over->timeout_s);
}

void settings_overlay(struct arena *a, struct settings *base, const struct settings *over)
{
    over_value(&base->provider, &over->provider);
    over_values(&base->image, &over->image);
    over_value(&base->pull_policy, &over->pull_policy);
    over_environment(a, &base->environment, &over->environment);
    over_volumes(a, &base->volumes, &over->volumes);
    over_values(&base->ports, &over->ports);
    over_values(&base->command, &over->command);
    over_values(&base->cap_drop, &over->cap_drop);
    over_values(&base->extra_hosts, &over->extra_hosts);
    over_values(&base->networks, &over->networks);
    over_value(&base->restart, &over->restart);
    over_value(&base->user, &over->user);
    over_value(&base->platform, &over->platform);
    over_value(&base->container_name, &over->container_name);
    over_value(&base->config, &over->config);
    over_values(&base->live_keys, &over->live_keys);
    over_logging(a, base, over);
    over_labels(a, &base->labels, &base->n_labels, over->labels, over->n_labels);
    over_number(&base->stop_grace_s, &over->stop_grace_s);
    over_number(&base->mem_limit, &over->mem_limit);
    over_number(&base->nano_cpus, &over->nano_cpus);
    over_healthcheck(&base->healthcheck, &over->healthcheck);
}

void rollout_overlay(struct rollout *base, const struct rollout *over)
{
    over_value(&base->order, &over->order);
    over_number(&base->parallelism, &over->parallelism);
    over_number(&base->delay_s, &over->delay_s);
    over_number(&base->max_failures, &over->max_failures);
    over_value(&base->window, &over->window);
    over_number(&base->monitor_s, &over->monitor_s);
    over_value(&base->failure_action, &over->failure_action);
    over_values(&base->canary_callers, &over->canary_callers);
    over_number(&base->canary_percent, &over->canary_percent);
    over_number(&base->canary_calls, &over->canary_calls);
    over_number(&base->drain_timeout_s, &over->drain_timeout_s);
    over_value(&base->on_timeout, &over->on_timeout);
    over_number(&base->max_call_age_s, &over->max_call_age_s);
}

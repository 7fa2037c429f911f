/* The body of a create, from the wanted settings and from nothing else: there is no code here that
 * could write Privileged, CapAdd, Devices, PidMode or any other key not listed below. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/docker.h"
#include "engine/published.h"

/* cJSON's builders return NULL when memory is out. */
static cJSON *must(cJSON *item)
{
    if (!item)
        abort();
    return item;
}

static void add_text(cJSON *object, const char *key, const char *value)
{
    must(cJSON_AddStringToObject(object, key, value));
}

/* Whole numbers beyond 2^53 do not exist among bytes and CPUs. */
static void add_number(cJSON *object, const char *key, int64_t n)
{
    must(cJSON_AddNumberToObject(object, key, (double)n));
}

static cJSON *add_object(cJSON *object, const char *key)
{
    return must(cJSON_AddObjectToObject(object, key));
}

static cJSON *add_array(cJSON *object, const char *key)
{
    return must(cJSON_AddArrayToObject(object, key));
}

static void push(cJSON *array, const char *value)
{
    cJSON_AddItemToArray(array, must(cJSON_CreateString(value)));
}

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

static void add_values(cJSON *object, const char *key, const struct values *values)
{
    if (!values->set)
        return;
    cJSON *array = add_array(object, key);
    for (size_t i = 0; i < values->n; i++)
        push(array, or_empty(values->items[i].text));
}

static void add_env(struct arena *a, cJSON *body, const struct env_list *env)
{
    cJSON *array = add_array(body, "Env");

    for (size_t i = 0; i < env->n; i++)
        push(array, arena_printf(a, "%s=%s", env->items[i].name, env->items[i].value));
}

/* Ours last and in place of any label of the same name: boxes are found by them. */
static void set_label(cJSON *labels, const char *key, const char *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(labels, key);
    add_text(labels, key, value);
}

static void add_labels(struct arena *a, cJSON *body, const struct create *create)
{
    const struct wanted *w = create->wanted;
    const struct settings *s = w->settings;
    cJSON *labels = add_object(body, "Labels");

    for (size_t i = 0; i < s->n_labels; i++)
        set_label(labels, s->labels[i].key, or_empty(s->labels[i].value.text));
    set_label(labels, "app", "AVR");
    set_label(labels, "agentName", w->spec->name);
    if (w->tenant)
        set_label(labels, "tenant", w->tenant);
    set_label(labels, LABEL_ATTEMPT, arena_printf(a, "%d", create->attempt));
    if (w->restart_order.text)
        set_label(labels, LABEL_RESTART, w->restart_order.text);
}

static void add_time(cJSON *object, const char *key, int64_t n)
{
    if (n > 0)
        add_number(object, key, n);
}

/* What is left out, the engine takes from the image. */
static void add_healthcheck(cJSON *body, const struct engine_check *check)
{
    if (check->n_test == 0)
        return;
    cJSON *object = add_object(body, "Healthcheck"), *test = add_array(object, "Test");
    for (size_t i = 0; i < check->n_test; i++)
        push(test, or_empty(check->test[i]));
    add_time(object, "Interval", check->interval_ns);
    add_time(object, "Timeout", check->timeout_ns);
    add_time(object, "StartPeriod", check->start_period_ns);
    add_time(object, "Retries", check->retries);
}

static int add_port(struct arena *a, cJSON *body, cJSON *bindings, const char *text,
                    struct err *err)
{
    struct published port;

    if (published_parse(a, text, &port))
        return err_set(err, ERR_INVALID, "create: not a published port: %.60s", text);
    cJSON *exposed = cJSON_GetObjectItemCaseSensitive(body, "ExposedPorts");
    if (!exposed)
        exposed = add_object(body, "ExposedPorts");
    cJSON *list = cJSON_GetObjectItemCaseSensitive(bindings, port.container);
    if (!list) {
        list = add_array(bindings, port.container);
        add_object(exposed, port.container);
    }
    cJSON *binding = must(cJSON_CreateObject());
    cJSON_AddItemToArray(list, binding);
    add_text(binding, "HostIp", port.host_ip);
    add_text(binding, "HostPort", port.host);
    return 0;
}

static int add_ports(struct arena *a, cJSON *body, cJSON *host, const struct wanted *w,
                     struct err *err)
{
    const struct values *asked = &w->settings->ports;
    size_t n = asked->set ? asked->n : w->n_carried_ports;

    if (n == 0)
        return 0;
    cJSON *bindings = add_object(host, "PortBindings");
    for (size_t i = 0; i < n; i++) {
        const char *text = asked->set ? asked->items[i].text : w->carried_ports[i];
        if (add_port(a, body, bindings, or_empty(text), err))
            return -1;
    }
    return 0;
}

static void add_restart(cJSON *object, const struct restart_policy *restart)
{
    cJSON *policy = add_object(object, "RestartPolicy");

    add_text(policy, "Name", restart->name ? restart->name : "no");
    add_number(policy, "MaximumRetryCount", restart->max_retries);
}

static void add_logging(cJSON *host, const struct settings *s)
{
    if (!s->log_driver.text && s->n_log_options == 0)
        return;
    cJSON *log = add_object(host, "LogConfig");
    add_text(log, "Type", or_empty(s->log_driver.text));
    cJSON *options = add_object(log, "Config");
    for (size_t i = 0; i < s->n_log_options; i++)
        set_label(options, s->log_options[i].key, or_empty(s->log_options[i].value.text));
}

static int add_host(struct arena *a, cJSON *body, const struct wanted *w, struct err *err)
{
    cJSON *host = add_object(body, "HostConfig");

    if (w->n_networks)
        add_text(host, "NetworkMode", w->networks[0]);
    if (w->n_binds) {
        cJSON *binds = add_array(host, "Binds");
        for (size_t i = 0; i < w->n_binds; i++)
            push(binds, w->binds[i]);
    }
    add_restart(host, &w->restart);
    if (w->memory)
        add_number(host, "Memory", w->memory);
    if (w->nano_cpus)
        add_number(host, "NanoCpus", w->nano_cpus);
    add_values(host, "CapDrop", &w->settings->cap_drop);
    add_values(host, "ExtraHosts", &w->settings->extra_hosts);
    add_logging(host, w->settings);
    return add_ports(a, body, host, w, err);
}

/* These words are modes of the engine, not names of networks. */
static bool is_network_name(const char *s)
{
    return s && *s && !text_is(s, "host") && !text_is(s, "none") && !strchr(s, ':');
}

int docker_check_network(const char *name, const char *call, struct err *err)
{
    if (is_network_name(name))
        return 0;
    return err_set(err, ERR_DENIED, "%s: never with network \"%.60s\"", call, name ? name : "");
}

static int check_networks(const struct wanted *w, struct err *err)
{
    for (size_t i = 0; i < w->n_networks; i++)
        if (docker_check_network(w->networks[i], "create", err))
            return -1;
    return 0;
}

static void add_alias(cJSON *endpoint, const struct wanted *w)
{
    if (w->alias)
        push(add_array(endpoint, "Aliases"), w->alias);
}

/* The first one alone: engines before API 1.44 attach a new container to no more.  It is connected
 * to the others afterwards, on all engines. */
static void add_network(cJSON *body, const struct wanted *w)
{
    if (w->n_networks == 0)
        return;
    cJSON *endpoints = add_object(add_object(body, "NetworkingConfig"), "EndpointsConfig");
    add_alias(add_object(endpoints, w->networks[0]), w);
}

const char *docker_connect_body(const char *id, const struct wanted *w, struct arena *a)
{
    cJSON *body = json_object(a);

    add_text(body, "Container", id);
    add_alias(add_object(body, "EndpointConfig"), w);
    return json_print(a, body, false);
}

int docker_create_body(const struct create *create, struct arena *a, const char **ret,
                       struct err *err)
{
    const struct wanted *w = create->wanted;

    if (w->problem || !w->image_ref)
        return err_set(err, ERR_DENIED, "create: %.200s", w->problem ? w->problem : "no image");
    if (check_networks(w, err))
        return -1;

    cJSON *body = json_object(a);
    add_text(body, "Image", w->image_ref);
    add_env(a, body, &w->env);
    add_labels(a, body, create);
    add_values(body, "Cmd", &w->settings->command);
    if (w->settings->user.text)
        add_text(body, "User", w->settings->user.text);
    if (w->settings->stop_grace_s.set)
        add_number(body, "StopTimeout", w->settings->stop_grace_s.n);
    add_healthcheck(body, &w->check);
    if (add_host(a, body, w, err))
        return -1;
    add_network(body, w);
    *ret = json_print(a, body, false);
    return 0;
}

/* The engine takes a zero for "leave it": a limit can be changed in place but not taken away.  It
 * refuses memory above the old swap limit, so both move: swap is twice the memory, as at birth. */
const char *docker_update_body(const struct wanted *w, struct arena *a)
{
    cJSON *body = json_object(a);

    add_restart(body, &w->restart);
    if (w->memory) {
        add_number(body, "Memory", w->memory);
        add_number(body, "MemorySwap", 2 * w->memory);
    }
    if (w->nano_cpus)
        add_number(body, "NanoCpus", w->nano_cpus);
    return json_print(a, body, false);
}

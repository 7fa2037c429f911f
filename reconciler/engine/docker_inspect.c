#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "engine/docker.h"
#include "engine/fields.h"
#include "engine/published.h"

static int no_information(struct err *err, const char *what)
{
    return err_set(err, ERR_TRANSIENT, "%s", what);
}

static enum box_state read_state(const cJSON *state)
{
    static const struct {
        const char *word;
        enum box_state state;
    } words[] = {
        {"created", BOX_CREATED},       {"configured", BOX_CREATED}, /* Podman */
        {"initialized", BOX_CREATED},   {"running", BOX_RUNNING},    {"paused", BOX_PAUSED},
        {"restarting", BOX_RESTARTING}, {"stopping", BOX_RUNNING},
    };
    const char *word = json_text(state, "Status");

    for (size_t i = 0; word && i < sizeof words / sizeof words[0]; i++)
        if (text_is(word, words[i].word))
            return words[i].state;
    return BOX_EXITED; /* exited, removing, dead, stopped */
}

static enum engine_health read_health(const cJSON *state)
{
    const char *word = json_text(json_get(state, "Health"), "Status");

    if (text_is(word, "healthy"))
        return ENGINE_HEALTH_GOOD;
    if (text_is(word, "unhealthy"))
        return ENGINE_HEALTH_BAD;
    return text_is(word, "starting") ? ENGINE_HEALTH_STARTING : ENGINE_HEALTH_NONE;
}

static void read_run(struct arena *a, const cJSON *body, struct box *ret)
{
    const cJSON *state = json_get(body, "State");

    ret->state = read_state(state);
    ret->engine_health = read_health(state);
    ret->pid = field_int(state, "Pid", 0);
    ret->exit_code = field_int(state, "ExitCode", 0);
    ret->restart_count = field_int(body, "RestartCount", 0);
    ret->error = field_text(a, state, "Error");
    ret->created_ms = field_time_ms(json_text(body, "Created"));
    ret->started_ms = field_time_ms(json_text(state, "StartedAt"));
    ret->finished_ms = field_time_ms(json_text(state, "FinishedAt"));
}

static void read_check(struct arena *a, const cJSON *config, struct engine_check *ret)
{
    const cJSON *check = json_get(config, "Healthcheck");

    ret->n_test = field_texts(a, json_get(check, "Test"), &ret->test);
    ret->interval_ns = json_int(check, "Interval", 0);
    ret->timeout_ns = json_int(check, "Timeout", 0);
    ret->start_period_ns = json_int(check, "StartPeriod", 0);
    ret->retries = field_int(check, "Retries", 0);
}

static void read_config(struct arena *a, const cJSON *config, struct box *ret)
{
    ret->image_ref = field_text(a, config, "Image");
    ret->user = field_text(a, config, "User");
    ret->stop_timeout_s = field_int(config, "StopTimeout", -1);
    ret->n_env = field_env(a, json_get(config, "Env"), &ret->env);
    ret->n_labels = field_pairs(a, json_get(config, "Labels"), &ret->labels);
    ret->n_command = field_texts(a, json_get(config, "Cmd"), &ret->command);
    read_check(a, config, &ret->check);
    ret->n_entrypoint = field_texts(a, json_get(config, "Entrypoint"), &ret->entrypoint);
}

/* What was asked for, not what the kernel made of it: NetworkSettings.Ports tells a binding to
 * all addresses twice and forgets it while the container is stopped. */
static size_t read_ports(struct arena *a, const cJSON *bindings, const char *const **ret)
{
    ARRAY(const char *) ports = {0};
    const cJSON *list, *item;

    if (cJSON_IsObject(bindings))
        json_each(list, bindings) {
            if (!cJSON_IsArray(list) || !list->string)
                continue;
            json_each(item, list) {
                struct published port = {field_text(a, item, "HostIp"),
                                         field_text(a, item, "HostPort"), list->string};
                ARRAY_PUSH(a, ports, published_text(a, &port));
            }
        }
    *ret = (const char *const *)ports.items;
    return ports.n;
}

static void read_host(struct arena *a, const cJSON *host, struct box *ret)
{
    const cJSON *restart = json_get(host, "RestartPolicy"), *log = json_get(host, "LogConfig");
    const char *policy = field_text(a, restart, "Name");

    ret->restart.name = *policy ? policy : "no";
    ret->restart.max_retries = field_int(restart, "MaximumRetryCount", 0);
    ret->network_mode = field_text(a, host, "NetworkMode");
    ret->memory = json_int(host, "Memory", 0);
    ret->nano_cpus = json_int(host, "NanoCpus", 0);
    ret->n_binds = field_texts(a, json_get(host, "Binds"), &ret->binds);
    ret->n_cap_drop = field_texts(a, json_get(host, "CapDrop"), &ret->cap_drop);
    ret->n_extra_hosts = field_texts(a, json_get(host, "ExtraHosts"), &ret->extra_hosts);
    ret->log_driver = field_text(a, log, "Type");
    ret->n_log_options = field_pairs(a, json_get(log, "Config"), &ret->log_options);
    ret->n_ports = read_ports(a, json_get(host, "PortBindings"), &ret->ports);
}

static int compare_networks(const void *left, const void *right)
{
    const struct box_network *a = left, *b = right;
    return strcmp(a->name, b->name);
}

static size_t read_networks(struct arena *a, const cJSON *networks, const struct box_network **ret)
{
    ARRAY(struct box_network) found = {0};
    const cJSON *item;

    if (cJSON_IsObject(networks))
        json_each(item, networks) {
            struct box_network network = {.name = arena_strdup(a, item->string ? item->string : ""),
                                          .ip = field_text(a, item, "IPAddress")};
            if (!*network.ip)
                network.ip = field_text(a, item, "GlobalIPv6Address");
            network.n_aliases = field_texts(a, json_get(item, "Aliases"), &network.aliases);
            ARRAY_PUSH(a, found, network);
        }
    if (found.n)
        qsort(found.items, found.n, sizeof *found.items, compare_networks);
    *ret = found.items;
    return found.n;
}

/* Half an answer is none: taking a missing Config for an empty environment would call for the
 * replacement of a healthy container. */
int docker_read_box(struct arena *a, const cJSON *body, struct box *ret, struct err *err)
{
    static const char *const parts[] = {"State", "Config", "HostConfig", "NetworkSettings"};
    const char *id = json_text(body, "Id"), *name = field_text(a, body, "Name");

    if (!docker_is_id(id))
        return no_information(err, "inspect: no container id in the answer");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (!cJSON_IsObject(json_get(body, parts[i])))
            return no_information(err, "inspect: half of the answer is missing");
    *ret = (struct box){
        .id = arena_strdup(a, id),
        .name = name + (*name == '/'),
        .image_id = field_text(a, body, "Image"),
        .health_text = "",
        .sockets = -1,
    };
    read_run(a, body, ret);
    read_config(a, json_get(body, "Config"), ret);
    read_host(a, json_get(body, "HostConfig"), ret);
    ret->n_networks = read_networks(a, FIELD(body, "NetworkSettings", "Networks"), &ret->networks);
    return 0;
}

int docker_read_image(struct arena *a, const cJSON *body, struct image *ret, struct err *err)
{
    const cJSON *config = json_get(body, "Config");
    const char *id = json_text(body, "Id");

    if (!id || !*id)
        return no_information(err, "image: no id in the answer");
    ret->id = arena_strdup(a, id);
    ret->created_ms = field_time_ms(json_text(body, "Created"));
    ret->n_digests = field_texts(a, json_get(body, "RepoDigests"), &ret->digests);
    ret->n_env = field_env(a, json_get(config, "Env"), &ret->env);
    ret->n_command = field_texts(a, json_get(config, "Cmd"), &ret->command);
    ret->user = field_text(a, config, "User");
    read_check(a, config, &ret->check);
    return 0;
}

/* Of several names the one without a second slash; the others are links' names for it. */
static const char *own_name(struct arena *a, const cJSON *names)
{
    const cJSON *item;

    if (cJSON_IsArray(names))
        json_each(item, names)
            if (cJSON_IsString(item) && item->valuestring[0] == '/' &&
                !strchr(item->valuestring + 1, '/'))
                return arena_strdup(a, item->valuestring + 1);
    return "";
}

static int read_entry(struct arena *a, const cJSON *item, struct list_entry *ret, struct err *err)
{
    const char *id = json_text(item, "Id");

    if (!docker_is_id(id))
        return no_information(err, "list: an entry without a container id");
    *ret = (struct list_entry){
        .id = arena_strdup(a, id),
        .name = own_name(a, json_get(item, "Names")),
        .image = field_text(a, item, "Image"),
        .image_id = field_text(a, item, "ImageID"),
        .state = field_text(a, item, "State"),
        .status = field_text(a, item, "Status"),
    };
    ret->n_labels = field_pairs(a, json_get(item, "Labels"), &ret->labels);
    return 0;
}

int docker_read_list(struct arena *a, const cJSON *body, struct facts *ret, struct err *err)
{
    ARRAY(struct list_entry) entries = {0};
    const cJSON *item;

    if (!cJSON_IsArray(body))
        return no_information(err, "list: the answer is no list");
    json_each(item, body) {
        struct list_entry entry;
        if (read_entry(a, item, &entry, err))
            return -1;
        ARRAY_PUSH(a, entries, entry);
    }
    ret->entries = entries.items;
    ret->n_entries = entries.n;
    return 0;
}

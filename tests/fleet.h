/* fleet.h - the recorded fleet as test material: eight containers that AVR's backend created, read
 * from what the engine said about them (tests/data/fleet/inspect-*.json).  Reads the few fields
 * the tests need, and only for tests. */
#ifndef TESTS_FLEET_H
#define TESTS_FLEET_H

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "core/observed.h"

static inline char *fleet_read(struct arena *a, const char *path, size_t *ret_len)
{
    FILE *f = fopen(path, "rb");
    char *s = arena_alloc(a, 1 << 20);

    if (!f)
        abort();
    *ret_len = fread(s, 1, (1 << 20) - 1, f);
    fclose(f);
    return s;
}

static inline const cJSON *fleet_json(struct arena *a, const char *path)
{
    struct err err;
    size_t len;
    const char *s = fleet_read(a, path, &len);
    const cJSON *json = json_parse(a, s, len, &err);

    if (!json)
        abort();
    return json;
}

static inline int fleet_by_key(const void *x, const void *y)
{
    return strcmp(((const struct pair *)x)->key, ((const struct pair *)y)->key);
}

/* ["KEY=value", …], sorted, the last of a repeated key. */
static inline const struct pair *fleet_env(struct arena *a, const cJSON *list, size_t *ret_n)
{
    ARRAY(struct pair) env = {0};
    const cJSON *item;

    json_each(item, list) {
        const char *s = item->valuestring, *eq = strchr(s, '=');
        struct pair p = {arena_strndup(a, s, (size_t)(eq - s)), arena_strdup(a, eq + 1)};
        size_t k = 0;
        while (k < env.n && strcmp(env.items[k].key, p.key) != 0)
            k++;
        if (k < env.n)
            env.items[k] = p;
        else
            ARRAY_PUSH(a, env, p);
    }
    if (env.n)
        qsort(env.items, env.n, sizeof env.items[0], fleet_by_key);
    *ret_n = env.n;
    return env.items;
}

static inline const struct pair *fleet_map(struct arena *a, const cJSON *map, size_t *ret_n)
{
    ARRAY(struct pair) pairs = {0};
    const cJSON *item;

    json_each(item, map)
        ARRAY_PUSH(
            a, pairs,
            ((struct pair){arena_strdup(a, item->string), arena_strdup(a, item->valuestring)}));
    if (pairs.n)
        qsort(pairs.items, pairs.n, sizeof pairs.items[0], fleet_by_key);
    *ret_n = pairs.n;
    return pairs.items;
}

static inline const char *const *fleet_list(struct arena *a, const cJSON *list, size_t *ret_n)
{
    ARRAY(const char *) words = {0};
    const cJSON *item;

    json_each(item, list)
        ARRAY_PUSH(a, words, arena_strdup(a, item->valuestring));
    *ret_n = words.n;
    return words.items;
}

static inline void fleet_networks(struct arena *a, const cJSON *networks, struct box *b)
{
    ARRAY(struct box_network) list = {0};
    const cJSON *item;

    json_each(item, networks) {
        struct box_network n = {.name = arena_strdup(a, item->string),
                                .ip = arena_strdup(a, json_text(item, "IPAddress"))};
        n.aliases = fleet_list(a, json_get(item, "Aliases"), &n.n_aliases);
        ARRAY_PUSH(a, list, n);
    }
    b->networks = list.items;
    b->n_networks = list.n;
}

static inline struct box fleet_box(struct arena *a, const cJSON *json)
{
    const cJSON *config = json_get(json, "Config"), *host = json_get(json, "HostConfig");
    const cJSON *restart = json_get(host, "RestartPolicy");
    struct box b = {
        .id = json_text(json, "Id"),
        .name = json_text(json, "Name") + 1,
        .image_ref = json_text(config, "Image"),
        .image_id = json_text(json, "Image"),
        .state = json_bool(json_get(json, "State"), "Running", false) ? BOX_RUNNING : BOX_EXITED,
        .error = "",
        .network_mode = json_text(host, "NetworkMode"),
        .memory = json_int(host, "Memory", 0),
        .nano_cpus = json_int(host, "NanoCpus", 0),
        .user = json_text(config, "User"),
        .log_driver = json_text(json_get(host, "LogConfig"), "Type"),
        .stop_timeout_s = -1,
        .health_text = "",
        .sockets = -1,
    };

    b.restart.name = *json_text(restart, "Name") ? json_text(restart, "Name") : "no";
    b.env = fleet_env(a, json_get(config, "Env"), &b.n_env);
    b.labels = fleet_map(a, json_get(config, "Labels"), &b.n_labels);
    b.binds = fleet_list(a, json_get(host, "Binds"), &b.n_binds);
    b.command = fleet_list(a, json_get(config, "Cmd"), &b.n_command);
    b.entrypoint = fleet_list(a, json_get(config, "Entrypoint"), &b.n_entrypoint);
    b.cap_drop = fleet_list(a, json_get(host, "CapDrop"), &b.n_cap_drop);
    b.extra_hosts = fleet_list(a, json_get(host, "ExtraHosts"), &b.n_extra_hosts);
    b.log_options = fleet_map(a, json_get(json_get(host, "LogConfig"), "Config"), &b.n_log_options);
    fleet_networks(a, json_get(json_get(json, "NetworkSettings"), "Networks"), &b);
    return b;
}

/* The image all of them run, once for each name it is asked for by. */
static inline struct image fleet_image(struct arena *a, const cJSON *json, const char *asked)
{
    const cJSON *config = json_get(json, "Config");
    struct image image = {.asked = asked,
                          .id = json_text(json, "Id"),
                          .created_ms = 1795336687935,
                          .user = json_text(config, "User")};

    image.digests = fleet_list(a, json_get(json, "RepoDigests"), &image.n_digests);
    image.env = fleet_env(a, json_get(config, "Env"), &image.n_env);
    image.command = fleet_list(a, json_get(config, "Cmd"), &image.n_command);
    return image;
}

/* Fills boxes and, for each of its RepoTags, images of *ret. */
static inline void fleet_observe(struct arena *a, const char *folder, struct observed *ret)
{
    const cJSON *image = fleet_json(a, arena_printf(a, "%s/image-inspect.json", folder)), *tag;
    ARRAY(struct box) boxes = {0};
    ARRAY(struct image) images = {0};
    glob_t found;

    if (glob(arena_printf(a, "%s/inspect-avr-*.json", folder), 0, NULL, &found) != 0)
        abort();
    for (size_t i = 0; i < found.gl_pathc; i++)
        ARRAY_PUSH(a, boxes, fleet_box(a, fleet_json(a, found.gl_pathv[i])));
    globfree(&found);
    ARRAY_PUSH(a, images, fleet_image(a, image, json_text(image, "Id")));
    json_each(tag, json_get(image, "RepoTags"))
        ARRAY_PUSH(a, images, fleet_image(a, image, tag->valuestring));
    *ret = (struct observed){.now_ms = 1795336700000,
                             .boxes = boxes.items,
                             .n_boxes = boxes.n,
                             .images = images.items,
                             .n_images = images.n};
}

#endif

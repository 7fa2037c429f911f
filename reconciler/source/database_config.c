/* The `config` column of a provider, as AVR's backend understands it:
 *     image = config.image ?? config.dockerImage, if it is a string
 *     env   = Object.entries(config.env ?? {}), each as `${key}=${value}` */
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/text.h"
#include "source/database_parts.h"
#include "source/javascript.h"

/* cJSON ends a text at \u0000 without a word; no environment can hold one anyway. */
static bool has_escaped_nul(const char *s, size_t len)
{
    for (size_t i = 0; i + 5 < len; i++) {
        if (s[i] != '\\')
            continue;
        if (memcmp(s + i + 1, "u0000", 5) == 0)
            return true;
        i++; /* the escaped character, maybe a backslash */
    }
    return false;
}

static const char *image_of(struct arena *a, const cJSON *config)
{
    const cJSON *image = json_get(config, "image");

    if (!image || cJSON_IsNull(image))
        image = json_get(config, "dockerImage");
    const char *text = cJSON_GetStringValue(image);
    return text && *text ? arena_strdup(a, text) : NULL;
}

/* Document order; a repeated key keeps its place and takes its last value, as in JavaScript. */
static void env_of(struct arena *a, const cJSON *env, struct provider_row *row)
{
    ARRAY(struct pair) list = {0};
    const cJSON *item;

    json_each(item, env) {
        size_t k = 0;
        while (k < list.n && strcmp(list.items[k].key, item->string) != 0)
            k++;
        struct pair p = {arena_strdup(a, item->string), javascript_text(a, item)};
        if (k < list.n)
            list.items[k] = p;
        else
            ARRAY_PUSH(a, list, p);
    }
    row->env = list.items;
    row->n_env = list.n;
}

void database_parse_config(struct arena *a, const char *json, size_t len, struct provider_row *row)
{
    struct err err;

    if (!text_is_utf8(json, len)) {
        row->problem = "config is not valid UTF-8";
    } else if (has_escaped_nul(json, len)) {
        row->problem = "config has a NUL character, which no environment can hold";
    } else {
        const cJSON *config = json_parse(a, json, len, &err);
        const cJSON *env = json_get(config, "env");
        if (!config)
            row->problem = arena_printf(a, "config is %s", err.text);
        else if (!cJSON_IsObject(config) && !cJSON_IsNull(config))
            row->problem = "config is not a JSON object";
        else if (env && !cJSON_IsObject(env) && !cJSON_IsNull(env))
            row->problem = "env in config is not a JSON object";
        if (row->problem)
            return;
        row->image = image_of(a, config);
        if (cJSON_IsObject(env))
            env_of(a, env, row);
    }
}

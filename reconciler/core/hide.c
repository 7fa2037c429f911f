#include "core/hide.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "core/capability.h"
#include "core/desired.h"
#include "core/drift.h"
#include "core/observed.h"

enum { SHORTEST_SECRET = 6 };

static const char *without(struct arena *a, const char *line, const char *value)
{
    struct text t = {.arena = a};
    const char *at;

    while ((at = strstr(line, value))) {
        text_add_n(&t, line, (size_t)(at - line));
        text_add(&t, "(hidden)");
        line = at + strlen(value);
    }
    text_add(&t, line);
    return text_str(&t);
}

/* A container may say where it fetched its settings, in other words than its environment. */
static const char *without_tokens(struct arena *a, const char *text)
{
    size_t n;

    for (const char *at; (at = capability_find(text, &n));)
        text = without(a, text, arena_strndup(a, at, n));
    return text;
}

const char *hide_secrets(struct arena *a, const char *text, const struct env_list *env)
{
    for (size_t i = 0; env && i < env->n; i++) {
        const struct env_var *v = &env->items[i];
        if (strlen(v->value) >= SHORTEST_SECRET && (v->secret || looks_secret(v->name, v->value)) &&
            strstr(text, v->value))
            text = without(a, text, v->value);
    }
    return without_tokens(a, text);
}

static bool is_secret(const struct container_spec *spec, const char *name)
{
    for (size_t i = 0; spec && i < spec->env.n; i++)
        if (text_is(spec->env.items[i].name, name))
            return spec->env.items[i].secret;
    return false;
}

struct env_list hide_list(struct arena *a, const struct box *b, const struct container_spec *spec)
{
    ARRAY(struct env_var) list = {0};

    for (size_t i = 0; i < b->n_env; i++)
        ARRAY_PUSH(a, list,
                   ((struct env_var){.name = b->env[i].key,
                                     .value = b->env[i].value,
                                     .secret = is_secret(spec, b->env[i].key)}));
    for (size_t i = 0; spec && i < spec->env.n; i++)
        ARRAY_PUSH(a, list, spec->env.items[i]);
    for (size_t i = 0; spec && i < spec->fetched.n; i++)
        ARRAY_PUSH(a, list, spec->fetched.items[i]);
    return (struct env_list){list.items, list.n};
}

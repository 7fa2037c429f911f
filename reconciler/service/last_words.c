#include "service/last_words.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "core/capability.h"
#include "core/drift.h"
#include "base/visible.h"

enum { SHORTEST_SECRET = 6, COLUMNS = 400 }; /* shorter ones would be found in any word */

static const char *hide(struct arena *a, const char *line, const char *value)
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

/* A container's log may tell where it fetched its settings, in other words than its environment. */
static const char *without_tokens(struct arena *a, const char *line)
{
    size_t n;

    for (const char *at; (at = capability_find(line, &n));)
        line = hide(a, line, arena_strndup(a, at, n));
    return line;
}

static const char *without_secrets(struct arena *a, const char *line, const struct env_list *env)
{
    for (size_t i = 0; env && i < env->n; i++) {
        const struct env_var *v = &env->items[i];
        if (strlen(v->value) >= SHORTEST_SECRET && (v->secret || looks_secret(v->name, v->value)) &&
            strstr(line, v->value))
            line = hide(a, line, v->value);
    }
    return without_tokens(a, line);
}

static void copy_to(struct arena *a, struct env_var *to, const struct env_list *env)
{
    for (size_t i = 0; i < env->n; i++)
        to[i] = (struct env_var){.name = arena_strdup(a, env->items[i].name),
                                 .value = arena_strdup(a, env->items[i].value),
                                 .secret = env->items[i].secret};
}

struct env_list last_words_env(struct arena *a, const struct wanted *w)
{
    const struct env_list none = {0}, *fetched = w->spec ? &w->spec->fetched : &none;
    struct env_var *items = arena_alloc(a, (w->env.n + fetched->n + 1) * sizeof *items);

    copy_to(a, items, &w->env);
    copy_to(a, items + w->env.n, fetched);
    return (struct env_list){items, w->env.n + fetched->n};
}

size_t last_words(struct arena *a, const char *log, const struct env_list *env,
                  const char *const **ret)
{
    ARRAY(const char *) lines = {0};

    while (*log) {
        size_t n = strcspn(log, "\n");
        const char *line = without_secrets(a, arena_strndup(a, log, n), env);
        ARRAY_PUSH(a, lines, visible_cut(a, visible_text(a, line), COLUMNS));
        log += n + (log[n] == '\n');
    }
    *ret = lines.items;
    return lines.n;
}

#include "service/last_words.h"

#include <string.h>

#include "base/array.h"
#include "core/hide.h"
#include "base/visible.h"

enum { COLUMNS = 400 };

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
        const char *line = hide_secrets(a, arena_strndup(a, log, n), env);
        ARRAY_PUSH(a, lines, visible_cut(a, visible_text(a, line), COLUMNS));
        log += n + (log[n] == '\n');
    }
    *ret = lines.items;
    return lines.n;
}

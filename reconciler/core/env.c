#include "core/env.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 4 }; /* a list is most often taken to add something */

void env_put(struct env_build *b, const struct env_var *v)
{
    for (size_t i = 0; i < b->vars.n; i++)
        if (strcmp(b->vars.items[i].name, v->name) == 0) {
            b->vars.items[i] = *v;
            return;
        }
    ARRAY_PUSH(b->arena, b->vars, *v);
}

void env_put_all(struct env_build *b, const struct env_list *list)
{
    ARRAY_RESERVE(b->arena, b->vars, list->n + FEW);
    for (size_t i = 0; i < list->n; i++)
        env_put(b, &list->items[i]);
}

static int by_name(const void *x, const void *y)
{
    const struct env_var *a = x, *b = y;
    return strcmp(a->name, b->name);
}

struct env_list env_done(struct env_build *b)
{
    if (b->vars.n > 1)
        qsort(b->vars.items, b->vars.n, sizeof b->vars.items[0], by_name);
    return (struct env_list){b->vars.items, b->vars.n};
}

const struct env_var *env_get(const struct env_list *list, const char *name)
{
    struct env_var key = {.name = name};

    if (list->n == 0)
        return NULL;
    return bsearch(&key, list->items, list->n, sizeof key, by_name);
}

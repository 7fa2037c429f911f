/* Variables of a service: read as Compose does, written as a spec does, without their secrets. */
#include <ctype.h>

#include "source/compose_parts.h"

static void add(struct compose *c, struct compose_vars *vars, const struct node *at,
                const char *name, const char *value)
{
    ARRAY_PUSH(c->arena, vars->list, ((struct compose_var){name, value, at->place}));
}

struct compose_vars compose_env(struct compose *c, const struct node *service)
{
    const struct node *env = node_get(service, "environment");
    struct compose_vars vars = {0};

    for (size_t i = 0; env && env->kind == NODE_MAPPING && i < env->n; i++) {
        const struct entry *e = &env->entries[i];
        if (e->value->kind == NODE_SCALAR)
            add(c, &vars, e->key, e->key->text, node_is_null(e->value) ? NULL : e->value->text);
    }
    for (size_t i = 0; env && env->kind == NODE_SEQUENCE && i < env->n; i++) {
        const char *s = env->items[i]->kind == NODE_SCALAR ? env->items[i]->text : "";
        const char *equals = strchr(s, '=');
        if (equals)
            add(c, &vars, env->items[i], arena_strndup(c->arena, s, (size_t)(equals - s)),
                equals + 1);
        else if (*s)
            add(c, &vars, env->items[i], s, NULL);
    }
    return vars;
}

const char *compose_value(const struct service *s, const char *name)
{
    const char *ret = NULL;

    for (size_t i = 0; i < s->env.list.n; i++)
        if (text_is(s->env.list.items[i].name, name))
            ret = s->env.list.items[i].value;
    return ret;
}

/* ---- secrets ---- */

/* What is written out in a text: all of it outside of ${…}, and the defaults within. */
struct literal {
    struct text outside, defaults;
};

static const char *past_variable(struct literal *l, const char *s)
{
    unsigned open = 1;
    bool is_default = false;

    for (s += 2; *s && open; s++) {
        open += s[0] == '$' && s[1] == '{';
        open -= *s == '}';
        if (open && is_default)
            text_add_n(&l->defaults, s, 1);
        is_default |= *s == '-' || *s == '+';
    }
    return s;
}

static struct literal literal_of(struct arena *a, const char *s)
{
    struct literal l = {.outside = {.arena = a}, .defaults = {.arena = a}};

    while (*s) {
        if (s[0] == '$' && s[1] == '{') {
            s = past_variable(&l, s);
        } else if (s[0] == '$' && (isalpha((unsigned char)s[1]) || s[1] == '_')) {
            for (s++; isalnum((unsigned char)*s) || *s == '_';)
                s++;
        } else {
            text_add_n(&l.outside, s, 1);
            s += s[0] == '$' && s[1] == '$' ? 2 : 1;
        }
    }
    return l;
}

static bool has_literal_secret(struct arena *a, const char *name, const char *value)
{
    struct literal l = literal_of(a, value);
    const char *outside = text_str(&l.outside), *defaults = text_str(&l.defaults);
    bool whole = strcmp(outside, value) == 0 || (strstr(value, "$$") && !strstr(value, "${"));

    if (whole)
        return *value && hides_value(name, value);
    return (*defaults && *defaults != '$' && hides_value(name, defaults)) ||
           hides_value(NULL, outside);
}

/* A name of its own for each value, so that two services with one name each keep theirs. */
static const char *moved_name(struct compose *c, const char *name, const char *value)
{
    const char *free_name = name;

    for (unsigned n = 2;; n++) {
        bool taken = false;
        for (size_t i = 0; i < c->moved.n; i++) {
            if (!text_is(c->moved.items[i].name, free_name))
                continue;
            if (text_is(c->moved.items[i].value, value))
                return free_name;
            taken = true;
        }
        if (!taken)
            break;
        free_name = arena_printf(c->arena, "%s_%u", name, n);
    }
    ARRAY_PUSH(c->arena, c->moved, ((struct moved){free_name, value}));
    return free_name;
}

static void write_secret(struct compose *c, const struct service *s, const struct compose_var *v,
                         unsigned indent)
{
    const char *name = moved_name(c, v->name, v->value);

    text_printf(&c->out, "%*s", (int)indent, "");
    compose_scalar(c, v->name);
    text_printf(&c->out, ": {env: %s}\n", name);
    compose_note(c, &v->place,
                 "%s: the value of %s is a secret and was not copied: put it into the environment "
                 "as %s",
                 s->key, v->name, name);
}

/* ---- writing ---- */

static bool is_last_of_name(const struct service *s, size_t i)
{
    for (size_t k = i + 1; k < s->env.list.n; k++)
        if (text_is(s->env.list.items[k].name, s->env.list.items[i].name))
            return false;
    return true;
}

void compose_write_env(struct compose *c, const struct service *s, unsigned indent,
                       bool (*skip)(const struct service *, const struct compose_var *))
{
    bool begun = false;

    for (size_t i = 0; i < s->env.list.n; i++) {
        const struct compose_var *v = &s->env.list.items[i];
        if (!is_last_of_name(s, i) || (skip && skip(s, v)))
            continue;
        if (!begun)
            text_printf(&c->out, "%*senvironment:\n", (int)indent, "");
        begun = true;
        if (!v->value)
            compose_line(c, indent + 2, v->name, arena_printf(c->arena, "${%s}", v->name));
        else if (has_literal_secret(c->arena, v->name, v->value))
            write_secret(c, s, v, indent + 2);
        else
            compose_line(c, indent + 2, v->name, v->value);
    }
}

/* Writing YAML, so that the project's own reader reads back the same texts. */
#include "source/compose_parts.h"

static bool is_plain(const char *s)
{
    static const char first[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./$";
    size_t n = strlen(s);

    if (!n || !strchr(first, *s) || strchr(": ", s[n - 1]))
        return false;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
            return false;
    const struct node read = {.kind = NODE_SCALAR, .plain = true, .text = s};
    return !node_is_null(&read) && !strstr(s, ": ") && !strstr(s, " #");
}

void compose_scalar(struct compose *c, const char *s)
{
    c->has_variables |= strchr(s, '$') != NULL;
    if (is_plain(s)) {
        text_add(&c->out, s);
        return;
    }
    text_add(&c->out, "\"");
    for (; *s; s++)
        if (*s == '"' || *s == '\\')
            text_printf(&c->out, "\\%c", *s);
        else if (*s == '\n')
            text_add(&c->out, "\\n");
        else if (*s == '\t')
            text_add(&c->out, "\\t");
        else if ((unsigned char)*s < 0x20 || *s == 0x7f)
            text_printf(&c->out, "\\x%02x", (unsigned char)*s);
        else
            text_add_n(&c->out, s, 1);
    text_add(&c->out, "\"");
}

static void begin(struct compose *c, unsigned indent, const char *key)
{
    text_printf(&c->out, "%*s", (int)indent, "");
    if (key) {
        compose_scalar(c, key);
        text_add(&c->out, ":");
    } else {
        text_add(&c->out, "-");
    }
}

void compose_line(struct compose *c, unsigned indent, const char *key, const char *value)
{
    begin(c, indent, key);
    text_add(&c->out, " ");
    compose_scalar(c, value);
    text_add(&c->out, "\n");
}

void compose_node(struct compose *c, unsigned indent, const char *key, const struct node *n)
{
    if (n->kind == NODE_SCALAR) {
        compose_line(c, indent, key, n->text);
        return;
    }
    begin(c, indent, key);
    if (n->n == 0)
        text_add(&c->out, n->kind == NODE_MAPPING ? " {}" : " []");
    text_add(&c->out, "\n");
    for (size_t i = 0; i < n->n; i++)
        if (n->kind == NODE_MAPPING)
            compose_node(c, indent + 2, n->entries[i].key->text, n->entries[i].value);
        else
            compose_node(c, indent + 2, NULL, n->items[i]);
}

static bool scalar_hides(struct arena *a, const char *key, const char *s)
{
    const char *equals = strchr(s, '=');

    if (strchr(s, '$') || !*s)
        return false;
    if (hides_value(key, s))
        return true;
    return equals && hides_value(arena_strndup(a, s, (size_t)(equals - s)), equals + 1);
}

static bool hides(struct arena *a, const char *key, const struct node *n)
{
    if (n->kind == NODE_SCALAR)
        return scalar_hides(a, key, n->text);
    for (size_t i = 0; i < n->n; i++)
        if (n->kind == NODE_MAPPING ? hides(a, n->entries[i].key->text, n->entries[i].value)
                                    : hides(a, NULL, n->items[i]))
            return true;
    return false;
}

bool compose_hides(struct arena *a, const struct node *n)
{
    return hides(a, NULL, n);
}

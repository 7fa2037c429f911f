#include <string.h>

#include "base/text.h"
#include "source/yaml_parts.h"

enum concealment { SHOWN, SECRET_KEY, ALL_SECRET };

/* `{secret: name}`, `{env: VAR}` and `{file: path}` name a secret and are none. */
static bool is_reference_word(const char *key)
{
    return text_is(key, "secret") || text_is(key, "env") || text_is(key, "file");
}

/* Whoever knows the address of a webhook may post there. */
static bool is_webhook(const char *key)
{
    return text_is(key, "notify");
}

static void conceal(struct arena *a, struct report *r, const struct node *n, enum concealment how)
{
    if (n->kind == NODE_SCALAR) {
        const char *equals = strchr(n->text, '=');
        const char *name = equals ? arena_strndup(a, n->text, (size_t)(equals - n->text)) : NULL;
        if (how != SHOWN || hides_value(name, n->text))
            report_hide(r, &n->place);
        return;
    }
    for (size_t i = 0; n->kind == NODE_SEQUENCE && i < n->n; i++)
        conceal(a, r, n->items[i], how);
    for (size_t i = 0; n->kind == NODE_MAPPING && i < n->n; i++) {
        const char *key = n->entries[i].key->text;
        enum concealment below = how;
        if (how != ALL_SECRET && is_reference_word(key))
            below = SHOWN;
        else if (how == SHOWN && (hides_value(key, NULL) || is_webhook(key)))
            below = SECRET_KEY;
        conceal(a, r, n->entries[i].value, below);
    }
}

void yaml_conceal(struct arena *a, struct report *r, const struct node *root)
{
    for (size_t i = 0; i < root->n; i++) {
        const struct entry *e = &root->entries[i];
        conceal(a, r, e->value, text_is(e->key->text, "secrets") ? ALL_SECRET : SHOWN);
    }
}

/* Variables of a container: `environment` and `env_file`. */
#include <string.h>

#include "base/text.h"
#include "source/env_file.h"
#include "source/file.h"
#include "source/read.h"

enum {
    MAX_VARIABLES = 1000,
    MAX_ENTRY = 131071, /* Linux: the longest KEY=VALUE that an exec takes */
};

struct builder {
    ARRAY(struct env_var) vars;
};

static struct origin origin_of(const struct place *p)
{
    return (struct origin){.kind = FROM_SPEC, .at = place_pos(p)};
}

/* Adds the variable, over an earlier one of the same name. */
static void put(struct reader *r, struct builder *to, const struct place *place, struct env_var var)
{
    if (strlen(var.name) + 1 + strlen(var.value) > MAX_ENTRY) {
        report_error(r->report, place, NULL, "the value of %s is longer than 128 KiB",
                     report_quote(r->arena, var.name));
        return;
    }
    for (size_t i = 0; i < to->vars.n; i++)
        if (text_is(to->vars.items[i].name, var.name)) {
            to->vars.items[i] = var;
            return;
        }
    if (to->vars.n == MAX_VARIABLES)
        report_error(r->report, place, NULL, "more than %d variables", MAX_VARIABLES);
    if (to->vars.n <= MAX_VARIABLES)
        ARRAY_PUSH(r->arena, to->vars, var);
}

static void start(struct reader *r, struct builder *b, const struct env_list *from)
{
    *b = (struct builder){0};
    for (size_t i = 0; i < from->n; i++)
        ARRAY_PUSH(r->arena, b->vars, from->items[i]);
}

/* ---- environment ---- */

/* "agents.support.sts.environment" */
static const char *list_name(struct reader *r, const struct subject *s)
{
    return read_where(r, s->where, s->field->name);
}

static bool check_name(struct reader *r, const struct subject *s, const struct place *place,
                       const char *name)
{
    if (env_name_is_valid(name))
        return true;
    report_error(r->report, place, "write letters, digits and _",
                 "%s in %s is no name of a variable", report_quote(r->arena, name),
                 list_name(r, s));
    return false;
}

/* {secret: NAME}, {file: PATH}, {env: VAR}. */
static void put_source(struct reader *r, const struct subject *s, const struct entry *e,
                       struct builder *to)
{
    const char *where = read_where(r, list_name(r, s), e->key->text);
    const char *text = NULL;
    const char *word = read_source(r, s->field->section, e->value, where, &text);

    if (word)
        put(r, to, &e->key->place,
            (struct env_var){.name = e->key->text,
                             .value = text,
                             .secret = !text_is(word, "file"),
                             .origin = origin_of(&e->value->place)});
}

static void read_entry(struct reader *r, const struct subject *s, const struct entry *e,
                       struct builder *to)
{
    const char *name = e->key->text;
    const struct node *n = e->value;
    bool secret = false;

    if (!check_name(r, s, &e->key->place, name))
        return;
    if (n->kind == NODE_MAPPING) {
        put_source(r, s, e, to);
        return;
    }
    if (n->kind == NODE_SEQUENCE) {
        report_error(r->report, &n->place, NULL, "%s in %s must be a text, not a list", name,
                     list_name(r, s));
        return;
    }
    if (node_is_null(n)) {
        report_error(r->report, *n->text ? &n->place : &e->key->place,
                     "give a value, \"\" for an empty one, or {env: KEY}", "%s in %s has no value",
                     name, list_name(r, s));
        return;
    }
    const char *text = interpolate(&r->in, &n->place, n->text, &secret);
    if (text)
        put(r, to, &n->place,
            (struct env_var){
                .name = name, .value = text, .secret = secret, .origin = origin_of(&n->place)});
}

/* An item "KEY=VALUE".  Only the value has its variables filled in: they could hold a "=". */
static void read_item(struct reader *r, const struct subject *s, const struct node *n,
                      struct builder *to)
{
    const char *equals = n->kind == NODE_SCALAR ? strchr(n->text, '=') : NULL;
    bool secret = false;

    if (!equals) {
        report_error(r->report, &n->place, "give a value: KEY=VALUE, or write a mapping",
                     "an item of %s must be KEY=VALUE", list_name(r, s));
        return;
    }
    const char *name = arena_strndup(r->arena, n->text, (size_t)(equals - n->text));
    if (!check_name(r, s, &n->place, name))
        return;
    for (size_t i = 0; i < to->vars.n; i++) /* one from an env_file may be there, too */
        if (text_is(to->vars.items[i].name, name) &&
            text_is(to->vars.items[i].origin.at.file, n->place.file->path)) {
            report_error(r->report, &n->place, NULL, "%s stands twice in %s", name,
                         list_name(r, s));
            return;
        }
    const char *text = interpolate(&r->in, &n->place, equals + 1, &secret);
    if (text)
        put(r, to, &n->place,
            (struct env_var){
                .name = name, .value = text, .secret = secret, .origin = origin_of(&n->place)});
}

void read_environment(struct reader *r, const struct subject *s, const struct node *n,
                      struct env_list *list)
{
    struct builder b;

    start(r, &b, list);
    if (n->kind == NODE_SCALAR)
        report_kind(r, s, n, "a mapping or a list");
    for (size_t i = 0; n->kind == NODE_MAPPING && i < n->n; i++)
        read_entry(r, s, &n->entries[i], &b);
    for (size_t i = 0; n->kind == NODE_SEQUENCE && i < n->n; i++)
        read_item(r, s, n->items[i], &b);
    *list = (struct env_list){b.vars.items, b.vars.n};
}

/* ---- env_file ---- */

static void read_one_file(struct reader *r, const struct subject *s, const struct node *n,
                          struct builder *to)
{
    const char *name = read_text(r, s, n);
    if (!name)
        return;
    const char *path = path_join(r->arena, n->place.file->folder, name);
    const char *text = read_file(r, &n->place, path, 256 << 10);
    if (!text)
        return;

    struct env_lines lines = {0};
    env_file_parse(r->arena, r->report, report_file(r->report, path, NULL, 0), text, &lines);
    for (size_t i = 0; i < lines.lines.n; i++) {
        const struct env_line *l = &lines.lines.items[i];
        put(r, to, &l->place,
            (struct env_var){.name = l->name, .value = l->value, .origin = origin_of(&l->place)});
    }
}

void read_env_file(struct reader *r, const struct subject *s, const struct node *n,
                   struct env_list *list)
{
    struct builder b;

    start(r, &b, list);
    if (n->kind == NODE_MAPPING)
        report_kind(r, s, n, "a path or a list");
    if (n->kind == NODE_SCALAR)
        read_one_file(r, s, n, &b);
    for (size_t i = 0; n->kind == NODE_SEQUENCE && i < n->n; i++)
        read_one_file(r, s, n->items[i], &b);
    *list = (struct env_list){b.vars.items, b.vars.n};
}

/* Variables of a container: `environment`, `env_file`, and the values that are kept elsewhere. */
#include <string.h>

#include "base/text.h"
#include "source/env_file.h"
#include "source/file.h"
#include "source/read.h"

enum {
    MAX_VARIABLES = 1000,
    MAX_ENTRY = 131071,        /* Linux: the longest KEY=VALUE that an exec takes */
    MAX_ALL_FILES = 16 << 20,
};

struct builder {
    ARRAY(struct env_var) vars;
};

static struct origin origin_of(const struct place *p)
{
    return (struct origin){.kind = FROM_SPEC, .at = place_pos(p)};
}

/* Adds the variable, over an earlier one of the same name. */
static void put(struct reader *r, struct builder *to, const struct place *place,
                struct env_var var)
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

/* ---- values that are kept elsewhere ---- */

/* The text of a file that the spec names, or NULL after an error at `place`. */
static const char *read_file_text(struct reader *r, const struct place *place, const char *path,
                                  size_t max)
{
    struct file file;
    struct err err;

    if (r->bytes_read > MAX_ALL_FILES) {
        report_error(r->report, place, NULL, "the files that the specs name hold more than %d MiB",
                     MAX_ALL_FILES >> 20);
        return NULL;
    }
    if (file_read(r->arena, path, max, &file, &err) < 0) {
        report_error(r->report, place, NULL, "file %s: %s", report_quote(r->arena, path),
                     err.text);
        return NULL;
    }
    r->bytes_read += file.len;
    if (!text_is_utf8(file.bytes, file.len)) {
        report_error(r->report, place, NULL, "file %s: not valid UTF-8 text",
                     report_quote(r->arena, path));
        return NULL;
    }
    return file.bytes;
}

static const char *without_last_break(struct arena *a, const char *s)
{
    size_t n = strlen(s);

    if (n && s[n - 1] == '\n')
        n--;
    if (n < strlen(s) && n && s[n - 1] == '\r')
        n--;
    return arena_strndup(a, s, n);
}

static const char *find_secret(struct reader *r, const struct node *n, const char *name)
{
    const char **names = arena_alloc(r->arena, r->secrets.n * sizeof *names);

    for (size_t i = 0; i < r->secrets.n; i++) {
        if (text_is(r->secrets.items[i].name, name))
            return r->secrets.items[i].text; /* NULL was reported where it stands */
        names[i] = r->secrets.items[i].name;
    }
    report_error(r->report, &n->place,
                 hint_suggest(r->arena, name, names, r->secrets.n),
                 "no secret %s under secrets", report_quote(r->arena, n->text));
    return NULL;
}

static const char *read_variable(struct reader *r, const struct node *n, const char *name)
{
    bool failed;
    const char *text = interpolate_variable(&r->in, name, &n->place, &failed);

    if (failed)
        return NULL;
    if (!text)
        report_error(r->report, &n->place, NULL, "variable %s is not set",
                     report_quote(r->arena, n->text));
    return text;
}

const char *read_source(struct reader *r, const struct section *section, const struct node *n,
                        const char *where, const char **ret_text)
{
    struct value_source source = {0};
    size_t before = report_count(r->report);

    read_section(r, section, n, &source, where);
    int said = !!source.secret.text + !!source.file.text + !!source.env.text;
    if (report_count(r->report) > before)
        return NULL;
    if (said != 1) {
        report_error(r->report, &n->place, NULL, "%s must be one of %s{file: PATH}, {env: VAR}",
                     where, section == &schema_secret ? "" : "{secret: NAME}, ");
        return NULL;
    }
    const char *word = source.secret.text ? "secret" : source.file.text ? "file" : "env";
    const struct node *value = node_get(n, word);
    if (source.secret.text)
        *ret_text = find_secret(r, value, source.secret.text);
    else if (source.env.text)
        *ret_text = read_variable(r, value, source.env.text);
    else
        *ret_text = read_file_text(r, &value->place, source.file.text, MAX_ENTRY);
    if (*ret_text && source.file.text)
        *ret_text = without_last_break(r->arena, *ret_text);
    return *ret_text ? word : NULL;
}

static struct secret read_secret(struct reader *r, const struct entry *e)
{
    struct secret secret = {.name = e->key->text, .place = e->key->place};
    const char *where = read_where(r, "secrets", e->key->text);

    if (e->value->kind != NODE_MAPPING) {
        report_error(r->report, &e->key->place, "write {file: PATH} or {env: VAR}",
                     "%s must say where the secret is kept, not the secret itself", where);
        return secret;
    }
    if (!read_source(r, &schema_secret, e->value, where, &secret.text))
        return secret;
    if (!*secret.text) {
        report_error(r->report, &e->key->place, NULL, "%s is empty", where);
        secret.text = NULL;
    }
    return secret;
}

void read_secrets(struct reader *r, const struct node *n)
{
    for (size_t i = 0; n->kind == NODE_MAPPING && i < n->n; i++) {
        struct secret secret = read_secret(r, &n->entries[i]);
        for (size_t k = 0; k < r->secrets.n; k++) {
            const struct place *other = &r->secrets.items[k].place;
            if (text_is(r->secrets.items[k].name, secret.name) &&
                other->file != secret.place.file)
                report_error(r->report, &secret.place, NULL, "secret %s stands in %s:%u:%u, too",
                             report_quote(r->arena, secret.name), other->file->path, other->line,
                             other->column);
        }
        if (r->secrets.n == MAX_VARIABLES)
            report_error(r->report, &secret.place, NULL, "more than %d secrets", MAX_VARIABLES);
        if (r->secrets.n <= MAX_VARIABLES)
            ARRAY_PUSH(r->arena, r->secrets, secret);
    }
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
            (struct env_var){.name = name,
                             .value = text,
                             .secret = secret,
                             .origin = origin_of(&n->place)});
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
            (struct env_var){.name = name,
                             .value = text,
                             .secret = secret,
                             .origin = origin_of(&n->place)});
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
    const char *text = read_file_text(r, &n->place, path, 256 << 10);
    if (!text)
        return;

    struct env_lines lines = {0};
    env_file_parse(r->arena, r->report, report_file(r->report, path, NULL, 0), text, &lines);
    for (size_t i = 0; i < lines.lines.n; i++) {
        const struct env_line *l = &lines.lines.items[i];
        put(r, to, &l->place,
            (struct env_var){
                .name = l->name, .value = l->value, .origin = origin_of(&l->place)});
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

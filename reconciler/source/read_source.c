/* Values that are kept elsewhere: in files, in this program's environment, under `secrets`. */
#include <string.h>

#include "base/text.h"
#include "source/file.h"
#include "source/read.h"

enum {
    MAX_SECRETS = 1000,
    MAX_VALUE = 128 << 10,
    MAX_ALL_FILES = 16 << 20,
};

const char *read_file(struct reader *r, const struct place *place, const char *path, size_t max)
{
    struct file file;
    struct err err;

    if (r->bytes_read > MAX_ALL_FILES) {
        report_error(r->report, place, NULL, "the files that the specs name hold more than %d MiB",
                     MAX_ALL_FILES >> 20);
        return NULL;
    }
    if (file_read(r->arena, path, max, &file, &err) < 0) {
        report_input(r->report, path, NULL, 0);
        report_error(r->report, place, NULL, "file %s: %s", report_quote(r->arena, path), err.text);
        return NULL;
    }
    r->bytes_read += file.len;
    report_input(r->report, path, file.bytes, file.len);
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
    report_error(r->report, &n->place, hint_suggest(r->arena, name, names, r->secrets.n),
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
        *ret_text = read_file(r, &value->place, source.file.text, MAX_VALUE);
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
            if (text_is(r->secrets.items[k].name, secret.name) && other->file != secret.place.file)
                report_error(r->report, &secret.place, NULL, "secret %s stands in %s:%u:%u, too",
                             report_quote(r->arena, secret.name), other->file->path, other->line,
                             other->column);
        }
        if (r->secrets.n == MAX_SECRETS)
            report_error(r->report, &secret.place, NULL, "more than %d secrets", MAX_SECRETS);
        if (r->secrets.n <= MAX_SECRETS)
            ARRAY_PUSH(r->arena, r->secrets, secret);
    }
}

#include "source/read.h"

#include <regex.h>
#include <string.h>

#include "base/text.h"
#include "source/file.h"

/* ---- words ---- */

const char *read_where(struct reader *r, const char *where, const char *key)
{
    return *where ? arena_printf(r->arena, "%s.%s", where, key) : key;
}

const char *subject_text(struct reader *r, const struct subject *s)
{
    const char *name = s->field->name;
    return *s->where ? arena_printf(r->arena, "%s in %s", name, s->where) : name;
}

void report_kind(struct reader *r, const struct subject *s, const struct node *n,
                 const char *wanted)
{
    report_error(r->report, &n->place,
                 s->field->expects ? arena_printf(r->arena, "it takes %s", s->field->expects)
                                   : NULL,
                 "%s must be %s, not %s", subject_text(r, s), wanted, node_kind_name(n));
}

void report_no_value(struct reader *r, const struct subject *s, const struct node *n,
                     const char *hint)
{
    /* A value that is not there is shown by its key. */
    const struct place *place = !*n->text && s->key ? &s->key->place : &n->place;

    report_error(r->report, place, hint, "%s has no value", subject_text(r, s));
}

static const char *suggestion(struct reader *r, const struct field *f, const char *text)
{
    const char *const *words = f->choices ? f->choices : f->words;
    size_t n = 0;

    while (words && words[n])
        n++;
    return n ? hint_suggest(r->arena, text, words, n) : NULL;
}

void report_value(struct reader *r, const struct subject *s, const struct node *n,
                  const char *reason)
{
    const struct field *f = s->field;
    const char *hint = reason ? NULL : suggestion(r, f, n->text);

    if (!hint && f->expects)
        hint = arena_printf(r->arena, "it takes %s", f->expects);
    /* What was written, never what its variables stand for: that may be a secret.  Reasons quote
     * the value, so they are for what was written only. */
    bool has_variables = strchr(n->text, '$');
    if (has_variables)
        reason = "its variables do not make a value that fits";
    const char *shown = f->hidden ? "(hidden)" : report_quote(r->arena, n->text);
    report_error(r->report, &n->place, hint, "%s cannot be %s%s%s", subject_text(r, s), shown,
                 reason ? ": " : "", reason ? reason : "");
}

/* ---- single texts ---- */

struct value read_value(const struct node *n, const char *text)
{
    return (struct value){text, {.kind = FROM_SPEC, .at = place_pos(&n->place)}};
}

const char *read_text(struct reader *r, const struct subject *s, const struct node *n)
{
    if (n->kind != NODE_SCALAR) {
        report_kind(r, s, n, "a text");
        return NULL;
    }
    if (node_is_null(n)) {
        report_no_value(r, s, n,
                        s->field->expects ? arena_printf(r->arena, "it takes %s", s->field->expects)
                                          : NULL);
        return NULL;
    }
    const char *text = interpolate(&r->in, &n->place, n->text, NULL);
    if (text && !*text) {
        report_value(r, s, n, NULL);
        return NULL;
    }
    return text;
}

static bool matches(const char *text, const char *pattern)
{
    enum { LONGEST = 4096 }; /* the matcher of libc recurses */
    regex_t re;

    if (strlen(text) > LONGEST || regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    bool ok = regexec(&re, text, 0, NULL, 0) == 0;
    regfree(&re);
    return ok;
}

static bool is_choice(const char *text, const char *const *choices)
{
    for (; *choices; choices++)
        if (text_is(*choices, text))
            return true;
    return false;
}

const char *read_checked(struct reader *r, const struct subject *s, const struct node *n)
{
    const struct field *f = s->field;
    const char *text = read_text(r, s, n);

    if (!text)
        return NULL;
    bool fits =
        (!f->choices || is_choice(text, f->choices)) && (!f->pattern || matches(text, f->pattern));
    const char *reason = fits && f->check ? f->check(r->arena, text) : NULL;
    if (fits && !reason)
        return text;
    report_value(r, s, n, reason);
    return NULL;
}

static void read_single(struct reader *r, const struct subject *s, const struct node *n,
                        struct value *ret)
{
    const char *text = read_checked(r, s, n);
    if (text)
        *ret = read_value(n, text);
}

static void read_flag(struct reader *r, const struct subject *s, const struct node *n,
                      struct value *ret)
{
    const char *text = read_text(r, s, n);

    if (text && (text_is(text, "true") || text_is(text, "false")))
        *ret = read_value(n, text);
    else if (text)
        report_value(r, s, n, NULL);
}

const char *read_home(struct reader *r, const struct subject *s, const struct node *n,
                      const char *source)
{
    bool failed;

    if (*source != '~')
        return source;
    const char *home = interpolate_variable(&r->in, "HOME", &n->place, &failed);
    if (failed)
        return NULL;
    if (!home || *home != '/' || (source[1] && source[1] != '/')) {
        report_value(r, s, n,
                     source[1] && source[1] != '/'
                         ? "the home folder of somebody else is not looked up"
                         : "HOME is not set");
        return NULL;
    }
    return arena_printf(r->arena, "%s%s", home, source + 1);
}

static void read_path(struct reader *r, const struct subject *s, const struct node *n,
                      struct value *ret)
{
    const char *text = read_checked(r, s, n);
    const char *path = text ? read_home(r, s, n, text) : NULL;
    if (path)
        *ret = read_value(n, path_join(r->arena, n->place.file->folder, path));
}

static void read_one(struct reader *r, const struct subject *s, const struct node *n,
                     struct values *ret)
{
    if (n->kind == NODE_SCALAR)
        read_list(r, s, n, ret);
    else
        report_kind(r, s, n, "a text");
}

/* ---- fields and sections ---- */

static void read_nested(struct reader *r, const struct subject *s, const struct node *n, void *base)
{
    const struct section *section = s->field->section;
    const char *where = read_where(r, s->where, s->field->name);

    if (n->kind == NODE_MAPPING) {
        read_section(r, section, n, base, where);
        return;
    }
    if (node_is_null(n)) {
        if (!section->may_be_empty)
            report_no_value(r, s, n, "write {} or leave the key out");
        return;
    }
    size_t shift = 0;
    const struct field *shorthand =
        section->shorthand ? schema_find(section, section->shorthand, &shift) : NULL;
    if (!shorthand) {
        report_kind(r, s, n, "a mapping");
        return;
    }
    struct subject inner = {shorthand, where, s->key};
    read_field(r, &inner, n, (char *)base + shift);
}

void read_field(struct reader *r, const struct subject *s, const struct node *n, void *base)
{
    const struct field *f = s->field;
    void *to = (char *)base + f->at;

    switch (f->shape) {
    case SHAPE_TEXT:
        read_single(r, s, n, to);
        break;
    case SHAPE_FLAG:
        read_flag(r, s, n, to);
        break;
    case SHAPE_PATH:
        read_path(r, s, n, to);
        break;
    case SHAPE_INTEGER:
    case SHAPE_DURATION:
    case SHAPE_SIZE:
    case SHAPE_CPUS:
        read_number(r, s, n, to);
        break;
    case SHAPE_ONE:
        read_one(r, s, n, to);
        break;
    case SHAPE_LIST:
    case SHAPE_VOLUMES:
        read_list(r, s, n, to);
        break;
    case SHAPE_HOSTS:
        read_hosts(r, s, n, to);
        break;
    case SHAPE_COMMAND:
        read_command(r, s, n, to);
        break;
    case SHAPE_LABELS:
        read_labels(r, s, n, to, (size_t *)(void *)((char *)base + f->count_at));
        break;
    case SHAPE_ENV_FILE:
        read_env_file(r, s, n, to);
        break;
    case SHAPE_ENVIRONMENT:
        read_environment(r, s, n, to);
        break;
    case SHAPE_PROBE:
        read_probe(r, s, n, to);
        break;
    case SHAPE_SECTION:
        read_nested(r, s, n, to);
        break;
    case SHAPE_REFUSED:
        report_error(r->report, &s->key->place, f->doc, "\"%s\" %s", f->name, f->expects);
        break;
    case SHAPE_ENTRIES: /* source/spec.c takes them before it comes here */
    case SHAPE_INCLUDE: /* never found by name */
        break;
    }
}

void report_unknown_key(struct reader *r, const struct section *section, const struct node *key,
                        const char *where)
{
    const char *const *names;
    size_t n = schema_names(r->arena, section, &names);

    if (text_starts(key->text, "x-"))
        return;
    report_error(r->report, &key->place, hint_suggest(r->arena, key->text, names, n),
                 "unknown key %s %s%s", report_quote(r->arena, key->text),
                 *where ? "in " : "at the top level", where);
}

/* env_file first: what `environment` says goes over it, whichever is written first. */
static bool belongs_to_pass(const struct field *f, int pass)
{
    return (f->shape == SHAPE_ENV_FILE) == (pass == 0);
}

/* Two keys that mean one thing. */
static void check_both(struct reader *r, const struct node *n, const char *where)
{
    const struct node *one = node_get(n, "network"), *many = node_get(n, "networks");

    if (one && many)
        report_error(r->report, &many->place, NULL, "both network and networks in %s", where);
}

void read_section(struct reader *r, const struct section *section, const struct node *n, void *base,
                  const char *where)
{
    if (n->kind != NODE_MAPPING) {
        if (!node_is_null(n) || !section->may_be_empty)
            report_error(r->report, &n->place, NULL, "%s must be a mapping, not %s", where,
                         node_is_null(n) ? "empty" : node_kind_name(n));
        return;
    }
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < n->n; i++) {
            size_t shift = 0;
            const struct node *key = n->entries[i].key;
            const struct field *f = schema_find(section, key->text, &shift);
            if (!f && pass == 0)
                report_unknown_key(r, section, key, where);
            if (!f || !belongs_to_pass(f, pass))
                continue;
            struct subject s = {f, where, key};
            read_field(r, &s, n->entries[i].value, (char *)base + shift);
        }
    check_both(r, n, where);
}

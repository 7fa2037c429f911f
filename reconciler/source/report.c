#include "source/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "core/drift.h"
#include "source/file.h"
#include "source/report_line.h"

enum { MAX_ERRORS = 100 }; /* more help nobody, and a hostile file must not fill the memory */

struct item {
    struct place place;
    const char *text, *hint;
    size_t number; /* keeps the order of errors at one place */
};

struct report {
    struct arena *arena;
    unsigned n_files;
    size_t n_errors; /* also those that are not kept */
    ARRAY(struct item) items;
    ARRAY(struct spec_file) inputs;
};

struct report *report_new(struct arena *a)
{
    struct report *r = arena_alloc(a, sizeof *r);
    r->arena = a;
    return r;
}

struct source_file *report_file(struct report *r, const char *path, const char *bytes, size_t len)
{
    struct source_file *f = arena_alloc(r->arena, sizeof *f);

    f->path = path;
    f->folder = path_folder(r->arena, path);
    f->bytes = bytes;
    f->len = len;
    f->number = r->n_files++;
    if (!bytes)
        return f;
    const char *end = bytes + len;
    ARRAY_PUSH(r->arena, f->lines, bytes);
    for (const char *s = bytes; s < end;) {
        size_t n = line_break_len(s, end);
        s += n ? n : 1;
        if (n)
            ARRAY_PUSH(r->arena, f->lines, s);
    }
    return f;
}

void report_input(struct report *r, const char *path, const char *bytes, size_t len)
{
    ARRAY_PUSH(r->arena, r->inputs, ((struct spec_file){path, bytes, len}));
}

size_t report_inputs(const struct report *r, const struct spec_file **ret)
{
    *ret = r->inputs.items;
    return r->inputs.n;
}

void report_error(struct report *r, const struct place *place, const char *hint, const char *fmt,
                  ...)
{
    char *text;
    va_list ap;

    if (r->n_errors++ >= MAX_ERRORS)
        return;
    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        abort();
    va_end(ap);
    ARRAY_PUSH(r->arena, r->items,
               ((struct item){*place, line_printable(r->arena, text),
                              hint ? line_printable(r->arena, hint) : NULL, r->items.n}));
    free(text);
}

const char *report_quote(struct arena *a, const char *s)
{
    enum { MAX_COLUMNS = 60 };
    size_t columns = 0;

    if (hides_value(NULL, s))
        return "(hidden)";
    for (const char *c = s; *c; c++) {
        columns += ((unsigned char)*c & 0xc0) != 0x80;
        if (columns > MAX_COLUMNS)
            return arena_printf(a, "\"%.*s...\"", (int)(c - s), s);
    }
    return arena_printf(a, "\"%s\"", s);
}

void report_hide(struct report *r, const struct place *place)
{
    ARRAY_PUSH(r->arena, place->file->hidden, *place);
}

size_t report_count(const struct report *r)
{
    return r->n_errors;
}

bool hides_value(const char *name, const char *value)
{
    static const char *const words[] = {"key",  "secret", "token", "password", "passwd",
                                        "pass", "pwd",    "cred",  "auth",     "private"};

    if (text_is(name, "live_keys"))
        name = NULL; /* it lists the names of variables */
    for (size_t i = 0; name && i < sizeof words / sizeof words[0]; i++)
        if (strcasestr(name, words[i]))
            return true;
    return looks_secret(name, value);
}

struct place place_at(struct source_file *f, unsigned line, unsigned column, unsigned length)
{
    return (struct place){f, line, column, line, column + length};
}

struct pos place_pos(const struct place *p)
{
    return (struct pos){p->file ? p->file->path : NULL, p->line, p->column};
}

const char *hint_suggest(struct arena *a, const char *word, const char *const *candidates, size_t n)
{
    const char *near = NULL;

    for (size_t i = 0; i < n && !near; i++)
        if (strcasecmp(word, candidates[i]) == 0)
            near = candidates[i];
    if (!near)
        near = text_suggest(word, candidates, n);
    return near ? arena_printf(a, "did you mean \"%s\"?", near) : NULL;
}

static int by_place(const void *va, const void *vb)
{
    const struct item *a = va, *b = vb;
    unsigned fa = a->place.file ? a->place.file->number : 0;
    unsigned fb = b->place.file ? b->place.file->number : 0;

    if (fa != fb)
        return fa < fb ? -1 : 1;
    if (a->place.line != b->place.line)
        return a->place.line < b->place.line ? -1 : 1;
    if (a->place.column != b->place.column)
        return a->place.column < b->place.column ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

void report_finish(struct report *r, struct spec_errors *ret)
{
    ARRAY(struct spec_error) out = {0};

    if (r->items.n)
        qsort(r->items.items, r->items.n, sizeof *r->items.items, by_place);
    for (size_t i = 0; i < r->items.n; i++) {
        const struct item *e = &r->items.items[i];
        const char *line_text = line_shown(r->arena, &e->place);
        ARRAY_PUSH(r->arena, out,
                   ((struct spec_error){.at = place_pos(&e->place),
                                        .length = line_underlined(&e->place, line_text),
                                        .text = e->text,
                                        .hint = e->hint,
                                        .line_text = line_text}));
    }
    if (r->n_errors > r->items.n)
        ARRAY_PUSH(r->arena, out,
                   ((struct spec_error){.length = 1,
                                        .text = arena_printf(r->arena, "%zu further errors",
                                                             r->n_errors - r->items.n)}));
    *ret = (struct spec_errors){out.items, out.n};
}

#include "source/interpolate.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

enum { MAX_NESTED = 8, MAX_RESULT = 256 << 10 };

struct expansion {
    const struct interpolation *in;
    const struct place *place;
    struct text out;
    bool failed, secret;
};

/* The place of the snippet inside the scalar as it is written, or the scalar's own if escapes or
 * folding hide it. */
static struct place find_snippet(const struct place *p, const char *snippet, size_t len)
{
    const struct source_file *f = p->file;

    for (unsigned line = p->line; f->bytes && line <= p->end_line && line <= f->lines.n; line++) {
        const char *start = f->lines.items[line - 1];
        const char *end = line < f->lines.n ? f->lines.items[line] : f->bytes + f->len;
        const char *hit = start;
        while ((hit = memmem(hit, (size_t)(end - hit), snippet, len))) {
            unsigned column = 1;
            for (const char *s = start; s < hit; s++)
                column += ((unsigned char)*s & 0xc0) != 0x80;
            if (line > p->line || column >= p->column)
                return place_at(p->file, line, column, (unsigned)len);
            hit++;
        }
    }
    return *p;
}

static void fail(struct expansion *x, const char *snippet, size_t len, const char *hint,
                 const char *text)
{
    struct place place = find_snippet(x->place, snippet, len);
    report_error(x->in->report, &place, hint, "%s", text);
    x->failed = true;
}

static size_t name_len(const char *s)
{
    size_t n = 0;
    if (!isalpha((unsigned char)*s) && *s != '_')
        return 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '_')
        n++;
    return n;
}

const char *interpolate_variable(const struct interpolation *in, const char *name,
                                 const struct place *place, bool *ret_failed)
{
    const char *value = in->env && in->env->get ? in->env->get(in->env->ctx, name) : NULL;

    *ret_failed = false;
    if (value && !text_is_utf8(value, strlen(value))) {
        report_error(in->report, place, NULL, "the value of variable %s is not valid UTF-8",
                     report_quote(in->arena, name));
        *ret_failed = true;
    }
    return value;
}

static const char *look_up(struct expansion *x, const char *name)
{
    bool failed;
    const char *value = interpolate_variable(x->in, name, x->place, &failed);

    x->failed |= failed;
    x->secret |= value && hides_value(name, value);
    return value;
}

static void add(struct expansion *x, const char *s, size_t len)
{
    if (x->out.len + len <= MAX_RESULT) {
        text_add_n(&x->out, s, len);
        return;
    }
    if (!x->failed)
        report_error(x->in->report, x->place, NULL,
                     "longer than %d KiB once its variables are filled in", MAX_RESULT >> 10);
    x->failed = true;
}

/* The brace that closes the one before s, or NULL. */
static const char *closing_brace(const char *s, const char *end)
{
    size_t open = 1;

    for (; s < end; s++) {
        if (s[0] == '$' && s + 1 < end && s[1] == '$')
            s++;
        else if (s[0] == '$' && s + 1 < end && s[1] == '{')
            open++;
        else if (s[0] == '}' && --open == 0)
            return s;
    }
    return NULL;
}

static void expand(struct expansion *, const char *s, const char *end, unsigned level);

static void not_set(struct expansion *x, const char *start, const char *name, size_t len)
{
    struct arena *a = x->in->arena;
    fail(x, start, len, arena_printf(a, "set it, or write ${%s:-default}", name),
         arena_printf(a, "variable \"%s\" is not set", name));
}

/* What stands between the braces; start is the "$" before them. */
static void expand_braces(struct expansion *x, const char *start, const char *close, unsigned level)
{
    struct arena *a = x->in->arena;
    const char *s = start + 2;
    size_t n = name_len(s), whole = (size_t)(close + 1 - start);
    const char *name = arena_strndup(a, s, n), *rest = s + n;
    bool empty_counts = rest < close && *rest == ':';
    const char *operator_at = rest + empty_counts;

    if (n == 0 || (rest < close && (operator_at == close || !strchr("-?+", *operator_at)))) {
        fail(x, start, whole, "write ${NAME}, ${NAME:-default} or ${NAME:?message}",
             "not a variable");
        return;
    }
    const char *value = look_up(x, name), *text = operator_at + 1;
    bool usable = value && !(empty_counts && !*value);
    if (rest == close) {
        if (value)
            add(x, value, strlen(value));
        else
            not_set(x, start, name, whole);
    } else if (*operator_at == '+') {
        if (usable)
            expand(x, text, close, level + 1);
    } else if (usable) {
        add(x, value, strlen(value));
    } else if (*operator_at == '-') {
        expand(x, text, close, level + 1);
    } else {
        const char *message = arena_strndup(a, text, (size_t)(close - text));
        fail(x, start, whole, NULL,
             arena_printf(a, "variable \"%s\" is %s%s%s", name, value ? "empty" : "not set",
                          *message ? ": " : "", message));
    }
}

/* One "$…"; returns where to go on. */
static const char *expand_one(struct expansion *x, const char *s, const char *end, unsigned level)
{
    struct arena *a = x->in->arena;
    size_t n = s + 1 < end ? name_len(s + 1) : 0;

    if (n > (size_t)(end - s) - 1)
        n = (size_t)(end - s) - 1;
    if (s + 1 < end && s[1] == '$') {
        add(x, "$", 1);
        return s + 2;
    }
    if (n) {
        const char *name = arena_strndup(a, s + 1, n), *value = look_up(x, name);
        if (value)
            add(x, value, strlen(value));
        else
            not_set(x, s, name, n + 1);
        return s + 1 + n;
    }
    if (s + 1 == end || s[1] != '{') {
        fail(x, s, 1, "write $$ for a plain $", "\"$\" begins a variable, and none follows");
        return s + 1;
    }
    const char *close = closing_brace(s + 2, end);
    if (!close) {
        fail(x, s, 2, NULL, "\"${\" without a closing \"}\"");
        return end;
    }
    expand_braces(x, s, close, level);
    return close + 1;
}

static void expand(struct expansion *x, const char *s, const char *end, unsigned level)
{
    if (level > MAX_NESTED) {
        if (!x->failed)
            report_error(x->in->report, x->place, NULL, "variables nested more than %d deep",
                         MAX_NESTED);
        x->failed = true;
        return;
    }
    while (s < end) {
        const char *dollar = memchr(s, '$', (size_t)(end - s));
        add(x, s, (size_t)((dollar ? dollar : end) - s));
        s = dollar ? expand_one(x, dollar, end, level) : end;
    }
}

const char *interpolate(const struct interpolation *in, const struct place *place, const char *text,
                        bool *ret_secret)
{
    if (!strchr(text, '$'))
        return text;

    struct expansion x = {.in = in, .place = place, .out = {.arena = in->arena}};
    expand(&x, text, text + strlen(text), 0);
    if (ret_secret)
        *ret_secret |= x.secret;
    return x.failed ? NULL : text_str(&x.out);
}

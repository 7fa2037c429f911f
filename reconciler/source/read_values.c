/* Numbers and healthchecks. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "source/read.h"

/* "0.5" in billionths; -1 if it is no such number. */
static int64_t parse_cpus(const char *s)
{
    int64_t n = 0, unit = 1000000000;
    size_t digits = 0;

    for (; isdigit((unsigned char)*s); s++, digits++) {
        n = 10 * n + (*s - '0') * unit;
        if (n > 1000000 * unit)
            return -1;
    }
    if (*s == '.')
        for (s++; isdigit((unsigned char)*s) && unit > 1; s++, digits++) {
            unit /= 10;
            n += (*s - '0') * unit;
        }
    return *s || digits == 0 ? -1 : n;
}

static int64_t parse_integer(const char *s)
{
    int64_t n = 0;

    if (!*s)
        return -1;
    for (; isdigit((unsigned char)*s); s++) {
        n = 10 * n + (*s - '0');
        if (n > INT32_MAX)
            return -1;
    }
    return *s ? -1 : n;
}

static int64_t parse_number(enum shape shape, const char *s)
{
    switch (shape) {
    case SHAPE_DURATION:
        return text_duration_s(s);
    case SHAPE_SIZE:
        return text_bytes(s);
    case SHAPE_CPUS:
        return parse_cpus(s);
    default:
        return parse_integer(s);
    }
}

void read_number(struct reader *r, const struct subject *s, const struct node *n,
                 struct number *ret)
{
    const char *text = read_text(r, s, n);
    const struct field *f = s->field;

    if (!text)
        return;
    int64_t number = f->may_be_none && text_is(text, "none") ? 0 : parse_number(f->shape, text);
    bool is_none = f->may_be_none && number == 0;
    if (!is_none && (number < f->min || number > f->max)) {
        report_value(r, s, n, NULL);
        return;
    }
    *ret = (struct number){number, true, {.kind = FROM_SPEC, .at = place_pos(&n->place)}};
}

/* ---- healthcheck ---- */

static const char *const words[] = {"TCP", "WS", "NONE", "HTTP", "CMD", "CMD-SHELL"};
enum { N_ALONE = 3, N_WORDS = 6 }; /* the first ones take nothing behind them */

static const char all_forms[] =
    "write TCP, WS, NONE, [HTTP, /path], [CMD, word, ...] or [CMD-SHELL, \"line\"]";

static bool is_word(const char *text, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (text_is(words[i], text))
            return true;
    return false;
}

static void refuse(struct reader *r, const struct subject *s, const struct node *n,
                   const char *hint)
{
    if (n->kind == NODE_SCALAR)
        report_error(r->report, &n->place, hint, "%s cannot be %s", s->where,
                     report_quote(r->arena, n->text));
    else
        report_error(r->report, &n->place, hint, "%s is not complete", s->where);
}

static void read_word(struct reader *r, const struct subject *s, const struct node *n,
                      struct healthcheck *ret)
{
    const char *text = read_text(r, s, n);

    if (!text)
        return;
    if (is_word(text, 0, N_ALONE)) {
        ret->kind = read_value(n, text);
        return;
    }
    const char *hint = hint_suggest(r->arena, text, words, N_ALONE);
    if (text_is(text, "HTTP"))
        hint = "write [HTTP, /path]";
    refuse(r, s, n, hint ? hint : all_forms);
}

static bool read_arguments(struct reader *r, const struct subject *s, const struct node *n,
                           struct values *ret)
{
    ARRAY(struct value) args = {0};

    for (size_t i = 1; i < n->n; i++) {
        const char *text = read_text(r, s, n->items[i]);
        if (!text)
            return false;
        ARRAY_PUSH(r->arena, args, read_value(n->items[i], text));
    }
    *ret = (struct values){args.items, args.n, true};
    return true;
}

static void check_arguments(struct reader *r, const struct subject *s, const struct node *n,
                            const char *word, const struct values *args)
{
    if (is_word(word, 0, N_ALONE)) {
        if (args->n)
            refuse(r, s, n->items[1], arena_printf(r->arena, "%s stands alone", word));
    } else if (text_is(word, "CMD")) {
        if (args->n == 0)
            refuse(r, s, n, "write [CMD, word, ...]");
    } else if (args->n != 1) {
        refuse(r, s, n,
               text_is(word, "HTTP") ? "write [HTTP, /path]" : "write [CMD-SHELL, \"line\"]");
    } else if (text_is(word, "HTTP") && args->items[0].text[0] != '/') {
        refuse(r, s, n->items[1], "the path of [HTTP, /path] begins with \"/\"");
    }
}

void read_probe(struct reader *r, const struct subject *s, const struct node *n,
                struct healthcheck *ret)
{
    if (n->kind == NODE_SCALAR) {
        read_word(r, s, n, ret);
        return;
    }
    if (n->kind == NODE_MAPPING || n->n == 0) {
        refuse(r, s, n, all_forms);
        return;
    }
    const char *word = read_text(r, s, n->items[0]);
    if (!word)
        return;
    if (!is_word(word, 0, N_WORDS)) {
        const char *hint = hint_suggest(r->arena, word, words, N_WORDS);
        refuse(r, s, n->items[0], hint ? hint : "a list begins with HTTP, CMD or CMD-SHELL");
        return;
    }
    struct values args = {0};
    if (!read_arguments(r, s, n, &args))
        return;
    check_arguments(r, s, n, word, &args);
    ret->kind = read_value(n->items[0], word);
    if (args.n)
        ret->args = args;
}

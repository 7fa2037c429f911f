#include "core/render_parts.h"

#include <string.h>

static const char *const style_sgr[STYLE__N] = {
    [PLAIN] = "",   [BOLD] = "1",    [DIM] = "2",   [RED] = "31",
    [GREEN] = "32", [YELLOW] = "33", [CYAN] = "36",
};

static size_t sequence_len(const char *s)
{
    unsigned char c = (unsigned char)*s;
    size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

    for (size_t i = 1; i < len; i++)
        if (!s[i])
            return 0;
    return text_is_utf8(s, len) ? len : 0;
}

/* C1 controls drive terminals as well as C0 ones do; direction overrides and line separators
 * make a text read as something it is not. */
static bool is_unsafe(const char *s, size_t len)
{
    const unsigned char *u = (const unsigned char *)s;

    if (len == 2)
        return u[0] == 0xc2 && u[1] < 0xa0;
    if (len != 3 || u[0] != 0xe2)
        return false;
    unsigned point = 0x2000u | (u[1] & 0x3fu) << 6 | (u[2] & 0x3fu);
    return point == 0x200e || point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069);
}

static void add_escaped(struct text *t, const char *s, size_t len)
{
    switch (*s) {
    case '\n':
        text_add(t, "\\n");
        return;
    case '\t':
        text_add(t, "\\t");
        return;
    case '\r':
        text_add(t, "\\r");
        return;
    }
    for (size_t i = 0; i < len; i++)
        text_printf(t, "\\x%02x", (unsigned char)s[i]);
}

static const char *visible(struct arena *a, const char *s, bool keep_lines)
{
    struct text t = {.arena = a};

    while (*s) {
        size_t len = sequence_len(s);
        unsigned char c = (unsigned char)*s;
        bool plain = len == 1 ? (c >= 0x20 && c != 0x7f) || (c == '\n' && keep_lines)
                              : len > 1 && !is_unsafe(s, len);
        if (len == 0)
            len = 1;
        if (plain)
            text_add_n(&t, s, len);
        else
            add_escaped(&t, s, len);
        s += len;
    }
    return text_str(&t);
}

const char *render_visible(struct arena *a, const char *s)
{
    return visible(a, s, false);
}

const char *render_visible_lines(struct arena *a, const char *s)
{
    return visible(a, s, true);
}

const char *render_cut(struct arena *a, const char *s, size_t columns)
{
    if (columns == 0 || text_columns(s) <= columns)
        return s;
    const char *end = s;
    for (size_t n = 1; n < columns; n++)
        do
            end++;
        while (((unsigned char)*end & 0xc0) == 0x80);
    return arena_printf(a, "%.*s…", (int)(end - s), s);
}

const char *render_fingerprint(struct arena *a, const struct digest_key *key, const char *value)
{
    return arena_printf(a, "fp:%s", digest_hex(a, key, value, strlen(value), 8));
}

const char *render_value(struct arena *a, const struct digest_key *key, const char *value,
                         bool secret)
{
    enum { LONGEST = 160 };

    if (!value)
        return "(not set)";
    if (!*value)
        return "\"\"";
    if (secret)
        return arena_printf(a, "(hidden %s)", render_fingerprint(a, key, value));
    return render_cut(a, render_visible(a, value), LONGEST);
}

bool drift_hidden(const struct drift *d)
{
    const char *name = d->key ? d->key : d->field;

    return d->secret || (d->have && looks_secret(name, d->have)) ||
           (d->want && looks_secret(name, d->want));
}

void put_spaces(struct text *t, size_t n)
{
    text_printf(t, "%*s", (int)n, "");
}

void put(struct text *t, const struct render *r, enum style style, const char *s)
{
    const char *shown = render_visible(t->arena, s);

    if (r->color && style != PLAIN && *shown)
        text_printf(t, "\x1b[%sm%s\x1b[0m", style_sgr[style], shown);
    else
        text_add(t, shown);
}

void put_cell(struct text *t, const struct render *r, enum style style, const char *s,
              size_t columns)
{
    size_t n = text_columns(render_visible(t->arena, s));

    put(t, r, style, s);
    if (n < columns)
        put_spaces(t, columns - n);
}

const char *short_id(struct arena *a, const char *id)
{
    if (text_starts(id, "sha256:"))
        id += strlen("sha256:");
    return arena_strndup(a, id, strnlen(id, 8));
}

const char *wanted_id(struct arena *a, const struct wanted *w)
{
    if (w->pull)
        return "(to be pulled)";
    return w->image_id ? short_id(a, w->image_id) : "(not on the engine)";
}

const char *wanted_image(struct arena *a, const struct wanted *w)
{
    const char *image = arena_printf(a, "%s %s", w->image_ref, wanted_id(a, w));

    return w->image_note ? arena_printf(a, "%s, %s", image, w->image_note) : image;
}

const char *short_image(const char *ref)
{
    const char *slash = strrchr(ref, '/');
    return slash ? slash + 1 : ref;
}

const char *agent_label(const struct agent *agent)
{
    return agent->name && *agent->name ? agent->name : agent->id;
}

const char *plural(size_t n, const char *one, const char *many)
{
    return n == 1 ? one : many;
}

/* "3m12s", or NULL if nobody knows when it began. */
static const char *age_text(struct arena *a, int64_t began_ms, int64_t now_ms)
{
    if (!began_ms || began_ms > now_ms)
        return NULL;
    return text_duration(a, (now_ms - began_ms) / 1000);
}

static const char *live_text(struct arena *a, const struct agent_plan *plan, int64_t now_ms)
{
    int n = plan->live_calls;

    if (n < 0)
        return "live calls not known, so it counts as busy";
    if (n == 0)
        return "no live call";
    const char *count = arena_printf(a, "%d %s %s%s", n, plan->quiet_ms ? "open" : "live",
                                     plural((size_t)n, "call", "calls"),
                                     plan->quiet_ms ? " without a connection" : "");
    const char *age = age_text(a, plan->oldest_call_ms, now_ms);
    return age ? arena_printf(a, "%s, %s%s", count, n == 1 ? "for " : "oldest ", age) : count;
}

const char *calls_text(struct arena *a, const struct agent_plan *plan, int64_t now_ms)
{
    const char *live = live_text(a, plan, now_ms), *lost = lost_text(a, plan, now_ms);

    return lost ? arena_printf(a, "%s, %s", live, lost) : live;
}

const char *lost_text(struct arena *a, const struct agent_plan *plan, int64_t now_ms)
{
    int n = plan->lost_calls;
    const char *age = age_text(a, plan->oldest_lost_ms, now_ms);

    if (n == 0)
        return NULL;
    return arena_printf(a, "%d lost %s%s%s%s", n, plural((size_t)n, "end", "ends"),
                        !age     ? ""
                        : n == 1 ? " (open for "
                                 : " (oldest open for ",
                        age ? age : "", age ? ")" : "");
}

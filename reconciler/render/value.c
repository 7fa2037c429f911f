#include "render/parts.h"
#include "base/visible.h"
#include "core/capability.h"

#include <string.h>

static const char *const style_sgr[STYLE__N] = {
    [PLAIN] = "",   [BOLD] = "1",    [DIM] = "2",   [RED] = "31",
    [GREEN] = "32", [YELLOW] = "33", [CYAN] = "36",
};

const char *render_fingerprint(struct arena *a, const struct digest_key *key, const char *value)
{
    return arena_printf(a, "fp:%s", digest_hex(a, key, value, strlen(value), 8));
}

/* Of an address with a container's token the rest is shown: it says who is asked. */
static const char *hidden_text(struct arena *a, const struct digest_key *key, const char *value)
{
    const char *hidden = arena_printf(a, "(hidden %s)", render_fingerprint(a, key, value));
    size_t n;
    const char *token = capability_find(value, &n);

    if (!token || token[n])
        return hidden;
    const char *before = arena_strndup(a, value, (size_t)(token - value));
    return looks_secret(NULL, before) ? hidden
                                      : arena_printf(a, "%s%s", visible_text(a, before), hidden);
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
        return hidden_text(a, key, value);
    return visible_cut(a, visible_text(a, value), LONGEST);
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
    const char *shown = visible_text(t->arena, s);

    if (r->color && style != PLAIN && *shown)
        text_printf(t, "\x1b[%sm%s\x1b[0m", style_sgr[style], shown);
    else
        text_add(t, shown);
}

void put_cell(struct text *t, const struct render *r, enum style style, const char *s,
              size_t columns)
{
    size_t n = text_columns(visible_text(t->arena, s));

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

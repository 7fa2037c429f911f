#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/text.h"
#include "base/visible.h"
#include "tell/log_parts.h"
#include "tell/timestamp.h"

/* Bytes.  Together, each doubled by the backslashes of JSON, they stay below PIPE_BUF: no more is
 * sure to be written at once. */
enum { MAX_TEXT = 1500, MAX_NAME = 100, MAX_ROLE = 16, MAX_GENERATION = 64, MAX_CAUSE = 160 };
enum { MAX_MORE = 64 };
_Static_assert(2 * (MAX_TEXT + MAX_MORE + MAX_NAME + MAX_ROLE + MAX_GENERATION + MAX_CAUSE) + 200 <
                   PIPE_BUF,
               "a line is written at once");

static const struct {
    const char *word, *sgr;
    int priority; /* of sd-daemon(3) */
} levels[] = {
    [LEVEL_ERROR] = {"error", "31", 3},
    [LEVEL_WARNING] = {"warning", "33", 4},
    [LEVEL_INFO] = {"info", "", 6},
    [LEVEL_DEBUG] = {"debug", "2", 7},
};

/* Visible, and at most max bytes with the ellipsis; NULL when there is nothing. */
static const char *shown(struct arena *a, const char *s, size_t max)
{
    static const char ellipsis[] = "…";

    if (!s || !*s)
        return NULL;
    /* Whatever lies beyond is cut, however it would be shown. */
    const char *v = visible_text(a, arena_strndup(a, s, strnlen(s, max)));
    size_t end = max - strlen(ellipsis);
    if (strlen(v) <= max && strnlen(s, max + 1) <= max)
        return v;
    if (end > strlen(v))
        end = strlen(v);
    while (end > 0 && ((unsigned char)v[end] & 0xc0) == 0x80)
        end--;
    return arena_printf(a, "%.*s%s", (int)end, v, ellipsis);
}

struct log_line line_make(struct arena *a, enum log_level level, const struct log_about *about,
                          const char *text)
{
    static const struct log_about nothing;
    const char *message = shown(a, text, MAX_TEXT);

    if (!about)
        about = &nothing;
    return (struct log_line){
        .level = level,
        .about = {.agent = shown(a, about->agent, MAX_NAME),
                  .role = shown(a, about->role, MAX_ROLE),
                  .generation = shown(a, about->generation, MAX_GENERATION),
                  .cause = shown(a, about->cause, MAX_CAUSE)},
        .text = message ? message : "",
    };
}

struct log_line line_copy(struct arena *a, const struct log_line *l)
{
    return (struct log_line){
        .level = l->level,
        .about = {.agent = arena_strdup(a, l->about.agent),
                  .role = arena_strdup(a, l->about.role),
                  .generation = arena_strdup(a, l->about.generation),
                  .cause = arena_strdup(a, l->about.cause)},
        .text = arena_strdup(a, l->text),
    };
}

bool line_is(const struct log_line *a, const struct log_line *b)
{
    return a->level == b->level && text_is(a->text, b->text) &&
           text_is(a->about.agent, b->about.agent) && text_is(a->about.role, b->about.role) &&
           text_is(a->about.generation, b->about.generation) &&
           text_is(a->about.cause, b->about.cause);
}

static const char *local_time(struct arena *a, int64_t wall_ms)
{
    time_t s = (time_t)(wall_ms / 1000);
    char buf[16];
    struct tm tm;

    localtime_r(&s, &tm);
    strftime(buf, sizeof buf, "%H:%M:%S", &tm);
    return arena_strdup(a, buf);
}

static void add_if(cJSON *o, const char *key, const char *value)
{
    if (value)
        cJSON_AddStringToObject(o, key, value);
}

static const char *as_json(struct arena *a, const struct log_line *l, int64_t wall_ms)
{
    cJSON *o = json_object(a);

    add_if(o, "time", timestamp_utc(a, wall_ms));
    add_if(o, "level", levels[l->level].word);
    add_if(o, "agent", l->about.agent);
    add_if(o, "role", l->about.role);
    add_if(o, "generation", l->about.generation);
    add_if(o, "cause", l->about.cause);
    add_if(o, "message", arena_printf(a, "%s%s", l->text, l->more ? l->more : ""));
    return arena_printf(a, "%s\n", json_print(a, o, false));
}

/* "Night desk sts 3fa291c0: replaced (provider edited)" */
static void add_said(struct text *t, const struct log_line *l)
{
    const char *const who[] = {l->about.agent, l->about.role, l->about.generation};
    const char *gap = "";

    for (size_t i = 0; i < sizeof who / sizeof who[0]; i++)
        if (who[i]) {
            text_printf(t, "%s%s", gap, who[i]);
            gap = " ";
        }
    text_printf(t, "%s%s%s", *gap ? ": " : "", l->text, l->more ? l->more : "");
    if (l->about.cause)
        text_printf(t, " (%s)", l->about.cause);
}

static void add_level(struct text *t, enum log_level level, bool color)
{
    const char *sgr = color ? levels[level].sgr : "";

    if (level == LEVEL_INFO)
        return;
    if (*sgr)
        text_printf(t, "\x1b[%sm%s:\x1b[0m ", sgr, levels[level].word);
    else
        text_printf(t, "%s: ", levels[level].word);
}

const char *line_format(struct arena *a, const struct log_line *l, enum log_look look, bool color,
                        int64_t wall_ms)
{
    struct text t = {.arena = a};

    switch (look) {
    case LOOK_JSON:
        return as_json(a, l, wall_ms);
    case LOOK_JOURNAL:
        text_printf(&t, "<%d>", levels[l->level].priority);
        break;
    case LOOK_TERMINAL:
    case LOOK_FILE:
        text_printf(&t, "%s ",
                    look == LOOK_FILE ? timestamp_utc(a, wall_ms) : local_time(a, wall_ms));
        add_level(&t, l->level, color);
        break;
    }
    add_said(&t, l);
    text_add(&t, "\n");
    return text_str(&t);
}

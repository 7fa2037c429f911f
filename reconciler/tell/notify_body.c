#include "tell/notify_body.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "base/visible.h"
#include "tell/timestamp.h"

enum { MAX_DRIFTS = 20, COLUMNS = 160, MAX_LINE = 200 };
/* Bytes.  Discord refuses more than 2000 characters, Slack cuts after 4000. */
enum { DISCORD_BUDGET = 1800, SLACK_BUDGET = 3600 };

int notify_format_parse(const char *word, enum notify_format *ret)
{
    static const char *const words[] = {
        [NOTIFY_JSON] = "json", [NOTIFY_SLACK] = "slack", [NOTIFY_DISCORD] = "discord"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (text_is(word, words[i])) {
            *ret = (enum notify_format)i;
            return 0;
        }
    return -1;
}

static const char *shown(struct arena *a, const char *s, size_t columns)
{
    return visible_cut(a, visible_text(a, s), columns);
}

static void add_if(struct arena *a, cJSON *o, const char *key, const char *value)
{
    if (value)
        cJSON_AddStringToObject(o, key, shown(a, value, COLUMNS));
}

static void add_drifts(struct arena *a, cJSON *o, const struct notify_change *c)
{
    cJSON *list = cJSON_AddArrayToObject(o, "drifts");

    for (size_t i = 0; i < c->n_drifts && i < MAX_DRIFTS; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(shown(a, c->drifts[i], COLUMNS)));
    if (c->n_drifts > MAX_DRIFTS)
        cJSON_AddItemToArray(
            list, cJSON_CreateString(arena_printf(a, "… and %zu more", c->n_drifts - MAX_DRIFTS)));
}

static const char *as_json(struct arena *a, const struct notify_batch *b)
{
    cJSON *o = json_object(a);

    cJSON_AddNumberToObject(o, "version", 1);
    add_if(a, o, "host", b->host);
    add_if(a, o, "time", timestamp_utc(a, b->time_ms));
    cJSON_AddNumberToObject(o, "dropped", (double)b->dropped);
    cJSON *events = cJSON_AddArrayToObject(o, "events");
    for (size_t i = 0; i < b->n; i++) {
        const struct notify_change *c = b->changes[i];
        cJSON *event = cJSON_CreateObject();
        cJSON_AddItemToArray(events, event);
        add_if(a, event, "event", c->event);
        add_if(a, event, "agent", c->agent);
        add_if(a, event, "role", c->role);
        add_if(a, event, "result", c->result);
        add_if(a, event, "cause", c->cause);
        add_drifts(a, event, c);
        add_if(a, event, "time", timestamp_utc(a, c->time_ms));
    }
    return json_print(a, o, false);
}

/* So that a greeting cannot call everybody or hide behind a link: Slack's own three escapes, and
 * an invisible gap behind each @, which Mattermost heeds.  Discord is told with the message. */
static const char *escaped(struct arena *a, enum notify_format format, const char *s)
{
    struct text t = {.arena = a};

    if (format != NOTIFY_SLACK)
        return s;
    for (; *s; s++)
        switch (*s) {
        case '&':
            text_add(&t, "&amp;");
            break;
        case '<':
            text_add(&t, "&lt;");
            break;
        case '>':
            text_add(&t, "&gt;");
            break;
        case '@':
            text_add(&t, "@\u200b");
            break;
        default:
            text_add_n(&t, s, 1);
        }
    return text_str(&t);
}

/* "Night desk sts: replaced, done (provider edited)" */
static const char *headline(struct arena *a, const struct notify_change *c)
{
    struct text t = {.arena = a};

    text_add(&t, c->agent ? c->agent : "");
    if (c->role)
        text_printf(&t, "%s%s", c->agent ? " " : "", c->role);
    text_printf(&t, "%s%s", c->agent || c->role ? ": " : "", c->event ? c->event : "");
    if (c->result)
        text_printf(&t, "%s%s", c->event ? ", " : "", c->result);
    if (c->cause)
        text_printf(&t, " (%s)", c->cause);
    return shown(a, text_str(&t), MAX_LINE);
}

/* A change with its drifts, a line each. */
static const char *paragraph(struct arena *a, enum notify_format format,
                             const struct notify_change *c)
{
    struct text t = {.arena = a};

    text_printf(&t, "%s\n", escaped(a, format, headline(a, c)));
    for (size_t i = 0; i < c->n_drifts && i < MAX_DRIFTS; i++)
        text_printf(&t, "    %s\n", escaped(a, format, shown(a, c->drifts[i], COLUMNS)));
    if (c->n_drifts > MAX_DRIFTS)
        text_printf(&t, "    … and %zu more\n", c->n_drifts - MAX_DRIFTS);
    return text_str(&t);
}

/* The paragraph if it fits, else its first line if that fits. */
static bool add_within(struct text *t, const char *s, size_t budget)
{
    if (t->len + strlen(s) > budget)
        s = arena_strndup(t->arena, s, strcspn(s, "\n") + 1);
    if (t->len + strlen(s) > budget)
        return false;
    text_add(t, s);
    return true;
}

static const char *as_text(struct arena *a, enum notify_format format, const struct notify_batch *b)
{
    size_t budget = format == NOTIFY_SLACK ? SLACK_BUDGET : DISCORD_BUDGET, i = 0;
    struct text t = {.arena = a};
    const char *host = escaped(a, format, shown(a, b->host, COLUMNS));

    text_printf(&t, "%s: ", host);
    if (b->n != 1)
        text_printf(&t, "%zu changes\n", b->n);
    while (i < b->n && add_within(&t, paragraph(a, format, b->changes[i]), budget))
        i++;
    if (i < b->n)
        text_printf(&t, "… and %zu more\n", b->n - i);
    if (b->dropped)
        text_printf(&t, "%lu earlier %s lost\n", b->dropped,
                    b->dropped == 1 ? "change was" : "changes were");
    return text_str(&t);
}

const char *notify_body(struct arena *a, enum notify_format format, const struct notify_batch *b)
{
    if (format == NOTIFY_JSON)
        return as_json(a, b);
    cJSON *o = json_object(a);
    cJSON_AddStringToObject(o, format == NOTIFY_SLACK ? "text" : "content", as_text(a, format, b));
    if (format == NOTIFY_DISCORD)
        cJSON_AddArrayToObject(cJSON_AddObjectToObject(o, "allowed_mentions"), "parse");
    return json_print(a, o, false);
}

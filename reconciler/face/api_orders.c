/* What is asked for of agents: the same orders as those of the verbs, given to the desk. */
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/out.h"
#include "base/text.h"
#include "face/seen.h"
#include "service/asker.h"

enum { MOST_WHY = 500 };

/* --- the asker ------------------------------------------------------------------------------- */

struct web_asker {
    struct asker asker; /* the first member: an asker is one of these */
    struct web_request *request;
    const char *agent_id; /* NULL: all */
};

static struct web_request *request_of(struct asker *asker)
{
    return ((struct web_asker *)asker)->request;
}

static void say_nothing(struct asker *asker, const char *text)
{
    (void)asker;
    (void)text;
}

/* It can be told from what happens, at /events. */
static bool accepted(struct asker *asker, const char *text)
{
    struct out o = {.text.arena = asker->arena};

    out_object(&o, NULL);
    out_bool(&o, "accepted", true);
    out_text(&o, "action", asker->wire->verb);
    out_text(&o, "agent_id", ((struct web_asker *)asker)->agent_id);
    out_text(&o, "text", text ? text : "everything is read anew, and what differs is carried out");
    out_end(&o);
    web_reply_json(request_of(asker), 202, text_str(&o.text));
    return false;
}

static void refuse(struct asker *asker, enum exit_code code, const char *sentence)
{
    bool cannot_be = code == EXIT_CODE_USAGE;

    web_reply_error(request_of(asker), cannot_be ? 409 : 503,
                    cannot_be ? "conflict" : "unavailable", sentence);
}

static void leave(struct asker *asker, enum exit_code code)
{
    refuse(asker, code, "the service ended this order at once");
}

/* --- what is ordered ------------------------------------------------------------------------- */

enum key { KEY_WHY = 1, KEY_NOW = 2, KEY_WAIT = 4, KEY_TO = 8, KEY_PRUNE = 16, KEY_EMPTY = 32 };

static const struct {
    enum key key;
    const char *name, *option;
    enum { A_TEXT, A_SWITCH, A_NUMBER, A_TIME } type;
} keys[] = {
    {KEY_WHY, "why", "why", A_TEXT},
    {KEY_NOW, "now", "now", A_SWITCH},
    {KEY_WAIT, "wait_timeout", "wait-timeout", A_TIME},
    {KEY_TO, "to", "to", A_NUMBER},
    {KEY_PRUNE, "prune", "prune", A_SWITCH},
    {KEY_EMPTY, "allow_empty", "allow-empty", A_SWITCH},
};

static const struct {
    const char *verb;
    unsigned keys;
} verbs[] = {
    {"apply", KEY_NOW | KEY_WAIT | KEY_PRUNE},
    {"restart", KEY_WHY | KEY_NOW | KEY_WAIT},
    {"rollback", KEY_TO | KEY_WHY | KEY_NOW | KEY_WAIT},
    {"pause", KEY_WHY},
    {"resume", 0},
    {"stop", KEY_WHY | KEY_NOW | KEY_WAIT},
    {"start", KEY_NOW | KEY_WAIT},
};

struct ordered {
    struct arena *arena;
    ARRAY(struct wire_option) options;
};

static void add_option(struct ordered *o, const char *name, const char *value)
{
    const char **values = arena_alloc(o->arena, sizeof *values);

    *values = value;
    ARRAY_PUSH(o->arena, o->options, ((struct wire_option){name, values, value != NULL}));
}

/* What is wrong with it; NULL: nothing. */
static const char *read_value(struct ordered *o, size_t i, const cJSON *item)
{
    const char *text = cJSON_GetStringValue(item);
    double number = cJSON_GetNumberValue(item);

    if (keys[i].type == A_SWITCH) {
        if (cJSON_IsTrue(item))
            add_option(o, keys[i].option, NULL);
        return cJSON_IsBool(item) ? NULL : "is neither true nor false";
    }
    if (keys[i].type == A_NUMBER) {
        if (!(number >= 1 && number < 1e9) || number != (double)(long)number)
            return "is no number of a generation";
        add_option(o, keys[i].option, arena_printf(o->arena, "%ld", (long)number));
        return NULL;
    }
    if (!text || strlen(text) > MOST_WHY)
        return "is no text of at most 500 bytes";
    if (keys[i].type == A_TIME && text_duration_s(text) < 0)
        return "is no time such as 30s, 15m or 2h";
    add_option(o, keys[i].option, text);
    return NULL;
}

static const char *read_item(struct ordered *o, unsigned may, const cJSON *item)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (text_is(keys[i].name, item->string) && may & keys[i].key) {
            const char *wrong = read_value(o, i, item);
            return wrong ? arena_printf(o->arena, "\"%s\" %s.", keys[i].name, wrong) : NULL;
        }
    return "There is a key that this order does not have.";
}

/* An empty body orders with nothing said besides. */
static const char *read_body(struct ordered *o, struct web_request *r, unsigned may)
{
    size_t len;
    const char *body = web_body(r, &len);
    const cJSON *object, *item;
    struct err err;

    if (len == 0)
        return NULL;
    object = json_parse(o->arena, body, len, &err);
    if (!object)
        return "The body is no JSON.";
    if (!cJSON_IsObject(object))
        return "The body is no object.";
    json_each(item, object) {
        const char *wrong = read_item(o, may, item);
        if (wrong)
            return wrong;
    }
    return NULL;
}

/* A page of somebody else's can have a browser post here, but not with this type. */
static bool is_json(const struct web_request *r)
{
    const char *type = web_header(r, "Content-Type");

    return type && text_starts(type, "application/json") &&
           (type[16] == '\0' || type[16] == ';' || type[16] == ' ');
}

/* --- giving it ------------------------------------------------------------------------------- */

static bool is_set(const struct ordered *o, const char *option)
{
    for (size_t i = 0; i < o->options.n; i++)
        if (text_is(o->options.items[i].name, option))
            return true;
    return false;
}

static void give(const struct face *face, struct web_request *r, const char *verb,
                 const char *agent_id, struct ordered *o)
{
    static const struct asker_ops ops = {say_nothing, say_nothing, say_nothing,
                                         accepted,    refuse,      leave};
    struct arena *a = web_arena(r);
    struct web_asker *asker = arena_alloc(a, sizeof *asker);
    struct wire_request *wire = arena_alloc(a, sizeof *wire);
    const char *const *args = arena_memdup(a, &agent_id, sizeof agent_id);

    add_option(o, "who", face_identity(r)->who);
    *wire = (struct wire_request){.verb = verb,
                                  .args = args,
                                  .n_args = agent_id != NULL,
                                  .options = o->options.items,
                                  .n_options = o->options.n,
                                  .format = "table"};
    *asker = (struct web_asker){{.ops = &ops, .arena = a, .wire = wire}, r, agent_id};
    service_ask(face->service, &asker->asker);
}

static void order(const struct face *face, struct web_request *r, const char *verb, unsigned may,
                  const char *agent_id)
{
    struct ordered o = {.arena = web_arena(r)};

    if (!is_json(r)) {
        web_reply_error(r, 400, "bad_request", "Orders are of Content-Type application/json.");
        return;
    }
    const char *wrong = read_body(&o, r, may);
    if (wrong)
        web_reply_error(r, 400, "bad_request", wrong);
    else if (is_set(&o, "now") && face_identity(r)->access < ACCESS_ADMIN)
        web_reply_error(r, 403, "forbidden", "Only an admin may have calls cut.");
    else
        give(face, r, verb, agent_id, &o);
}

static void order_agent(void *ctx, struct web_request *r)
{
    const struct look *look = seen_look(ctx, r);
    const struct agent_plan *plan = look ? seen_agent(r, look) : NULL;
    const char *verb = strrchr(web_path(r), '/') + 1;

    if (!plan)
        return;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (text_is(verbs[i].verb, verb))
            order(ctx, r, verbs[i].verb, verbs[i].keys,
                  arena_strdup(web_arena(r), plan->agent->id));
}

static void order_all(void *ctx, struct web_request *r)
{
    order(ctx, r, "apply", KEY_NOW | KEY_WAIT | KEY_PRUNE | KEY_EMPTY, NULL);
}

static const struct web_route routes[] = {
    {"POST", "/api/v1/apply", ACCESS_MANAGER, order_all},
    {"POST", "/api/v1/agents/{id}/apply", ACCESS_MANAGER, order_agent},
    {"POST", "/api/v1/agents/{id}/restart", ACCESS_MANAGER, order_agent},
    {"POST", "/api/v1/agents/{id}/rollback", ACCESS_MANAGER, order_agent},
    {"POST", "/api/v1/agents/{id}/pause", ACCESS_MANAGER, order_agent},
    {"POST", "/api/v1/agents/{id}/resume", ACCESS_MANAGER, order_agent},
    {"POST", "/api/v1/agents/{id}/stop", ACCESS_MANAGER, order_agent},
    {"POST", "/api/v1/agents/{id}/start", ACCESS_MANAGER, order_agent},
};

const struct face_family orders_family = {.routes = routes,
                                          .n_routes = sizeof routes / sizeof routes[0]};

/* One line of GET /events (Docker Engine API, "SystemEvents"): {"Type", "Action", "Actor": {"ID",
 * "Attributes"}, "time", "timeNano"}.  The older fields status, id and from, which newer engines no
 * longer send, are not read.  A container's labels stand among its attributes, beside name, image
 * and exitCode. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/docker.h"

enum { MAX_TEXT = 1024 };

static const char *const action_names[ACTION__N] = {
    [ACTION_OTHER] = "other",
    [ACTION_CREATE] = "create",
    [ACTION_START] = "start",
    [ACTION_DIE] = "die",
    [ACTION_OOM] = "oom",
    [ACTION_STOP] = "stop",
    [ACTION_KILL] = "kill",
    [ACTION_DESTROY] = "destroy",
    [ACTION_RENAME] = "rename",
    [ACTION_UPDATE] = "update",
    [ACTION_PAUSE] = "pause",
    [ACTION_UNPAUSE] = "unpause",
    [ACTION_HEALTH] = "health_status",
    [ACTION_TAG] = "tag",
    [ACTION_UNTAG] = "untag",
    [ACTION_PULL] = "pull",
    [ACTION_DELETE] = "delete",
    [ACTION_IMPORT] = "import",
    [ACTION_LOAD] = "load",
    [ACTION_CONNECT] = "connect",
    [ACTION_DISCONNECT] = "disconnect",
};

const char *engine_action_text(enum engine_action action)
{
    return action_names[action];
}

/* "health_status: healthy" and "exec_start: sh -c …" have their detail in the same word.  Podman
 * says "remove" where Docker says "destroy" or, of an image, "delete". */
static enum engine_action read_action(const char *s, enum engine_object object)
{
    size_t len = s ? strcspn(s, ":") : 0;

    for (int i = ACTION_OTHER + 1; i < ACTION__N; i++)
        if (strlen(action_names[i]) == len && strncmp(s, action_names[i], len) == 0)
            return (enum engine_action)i;
    if (text_is(s, "remove"))
        return object == OBJECT_IMAGE ? ACTION_DELETE : ACTION_DESTROY;
    return ACTION_OTHER;
}

static enum engine_object read_object(const char *s)
{
    return text_is(s, "container") ? OBJECT_CONTAINER
           : text_is(s, "image")   ? OBJECT_IMAGE
           : text_is(s, "network") ? OBJECT_NETWORK
                                   : OBJECT_OTHER;
}

static bool is_plain(const char *s)
{
    size_t len = strnlen(s, MAX_TEXT + 1);

    for (size_t i = 0; i < len; i++)
        if (iscntrl((unsigned char)s[i]))
            return false;
    return len <= MAX_TEXT && text_is_utf8(s, len);
}

static const char *text_of(struct arena *a, const cJSON *object, const char *key)
{
    const char *s = json_text(object, key);
    return s && is_plain(s) ? arena_strdup(a, s) : "";
}

static int read_exit_code(const cJSON *attributes)
{
    const char *s = json_text(attributes, "exitCode");
    char *end;

    if (!s || !isdigit((unsigned char)*s))
        return -1;
    long code = strtol(s, &end, 10);
    return *end || code > 255 ? -1 : (int)code;
}

/* timeNano has more digits than the double that a JSON number is read into: what is lost is less
 * than a microsecond. */
static int64_t read_time(const cJSON *body)
{
    const cJSON *nano = json_get(body, "timeNano");
    int64_t s = json_int(body, "time", 0);

    if (cJSON_IsNumber(nano) && nano->valuedouble > 0 && nano->valuedouble < 9e18)
        return (int64_t)nano->valuedouble;
    return s > 0 && s < INT64_MAX / 1000000000 ? s * 1000000000 : 0;
}

int docker_event_line(const char *line, size_t len, struct arena *a, struct engine_event *ret,
                      struct err *err)
{
    CLEANUP_ARENA struct arena *tree = arena_new();
    const cJSON *body = json_parse(tree, line, len, err);
    const char *type = json_text(body, "Type"), *action = json_text(body, "Action");

    if (!type || !action)
        return err_set(err, ERR_TRANSIENT, "events: a line is no event");
    const cJSON *actor = json_get(body, "Actor"), *attributes = json_get(actor, "Attributes");
    enum engine_object object = read_object(type);
    const char *old_name = text_of(a, attributes, "oldName");
    *ret = (struct engine_event){
        .object = object,
        .action = read_action(action, object),
        .id = object == OBJECT_NETWORK ? text_of(a, attributes, "container")
                                       : text_of(a, actor, "ID"),
        .name = text_of(a, attributes, "name"),
        .old_name = *old_name == '/' ? old_name + 1 : old_name,
        .agent_name = text_of(a, attributes, "agentName"),
        .image = text_of(a, attributes, "image"),
        .avr = text_is(json_text(attributes, "app"), "AVR"),
        .exit_code = read_exit_code(attributes),
        .time_ns = read_time(body),
    };
    return 0;
}

#include "calls/event.h"

#include <stdbool.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

const char *const call_event_text[CALL_EVENT__N] = {
    [CALL_EVENT_INITIATED] = "call_initiated",
    [CALL_EVENT_STARTED] = "call_started",
    [CALL_EVENT_TRANSCRIPTION] = "transcription",
    [CALL_EVENT_INTERRUPTION] = "interruption",
    [CALL_EVENT_DIGIT] = "dtmf_digit",
    [CALL_EVENT_ENDED] = "call_ended",
    [CALL_EVENT_ERROR] = "error",
    [CALL_EVENT_OTHER] = "other",
};

static enum call_event_kind kind_of(const char *type)
{
    for (int i = 0; i < CALL_EVENT_OTHER; i++)
        if (strcmp(type, call_event_text[i]) == 0)
            return (enum call_event_kind)i;
    return CALL_EVENT_OTHER;
}

static bool is_word(const char *s, size_t most)
{
    static const char may[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

    return s && *s && strspn(s, may) == strlen(s) && strlen(s) <= most;
}

static const char *agent_of(const cJSON *event, const char *header)
{
    static const char *const keys[] = {"agentId", "agent_id"};
    const cJSON *payload = json_get(event, "payload");
    const char *agent = header && *header ? header : NULL;

    for (size_t i = 0; !agent && i < sizeof keys / sizeof keys[0]; i++) {
        agent = json_text(event, keys[i]);
        agent = agent ? agent : json_text(payload, keys[i]);
    }
    return is_word(agent, CALL_AGENT_MAX) ? agent : NULL;
}

/* A number, or a name, of a length that one has. */
static const char *caller_of(const cJSON *event)
{
    const char *from = json_text(json_get(event, "payload"), "from");

    return from && strlen(from) <= CALL_CALLER_MAX ? from : "";
}

int call_event_parse(struct arena *a, const char *body, size_t len, const char *header_agent,
                     struct call_event *ret, struct err *err)
{
    const cJSON *event = json_parse(a, body, len, err);
    const char *uuid = json_text(event, "uuid"), *type = json_text(event, "type");
    const char *timestamp = json_text(event, "timestamp"),
               *role = json_text(json_get(event, "payload"), "role");

    if (!event)
        return -1;
    if (!is_word(uuid, CALL_UUID_MAX))
        return err_set(err, ERR_INVALID, "an event without the uuid of its call");
    if (!is_word(type, CALL_UUID_MAX))
        return err_set(err, ERR_INVALID, "an event without a type");
    *ret = (struct call_event){.uuid = arena_strdup(a, uuid),
                               .kind = kind_of(type),
                               .type = arena_strdup(a, type),
                               .timestamp = arena_strdup(a, timestamp ? timestamp : ""),
                               .agent_id = arena_strdup(a, agent_of(event, header_agent)),
                               .role = arena_strdup(a, role ? role : ""),
                               .caller = arena_strdup(a, caller_of(event))};
    return 0;
}

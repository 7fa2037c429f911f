#include "link/wire.h"

#include <string.h>

#include "base/text.h"

static const char *const kind_key[] = {[WIRE_HELLO] = "hello",
                                       [WIRE_OUT] = "out",
                                       [WIRE_ERR] = "err",
                                       [WIRE_EVENT] = "event",
                                       [WIRE_EXIT] = "exit"};

const char *wire_text(struct arena *a, enum wire_kind kind, const char *text)
{
    struct text t = {.arena = a};

    do {
        size_t n = strnlen(text, WIRE_MAX_TEXT);
        cJSON *frame = json_object(a);
        cJSON_AddStringToObject(frame, kind_key[kind], arena_strndup(a, text, n));
        text_printf(&t, "%s\n", json_print(a, frame, false));
        text += n;
    } while (*text);
    return text_str(&t);
}

const char *wire_event(struct arena *a, const char *json)
{
    return arena_printf(a, "{\"%s\":%s}\n", kind_key[WIRE_EVENT], json);
}

const char *wire_number(struct arena *a, enum wire_kind kind, int number)
{
    return arena_printf(a, "{\"%s\":%d}\n", kind_key[kind], number);
}

static bool is_whole(const cJSON *item, int max)
{
    return cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble <= max &&
           item->valuedouble == item->valueint;
}

static bool has_its_type(enum wire_kind kind, const cJSON *item)
{
    switch (kind) {
    case WIRE_HELLO:
        return is_whole(item, INT32_MAX);
    case WIRE_EXIT:
        return is_whole(item, 255);
    case WIRE_EVENT:
        return cJSON_IsObject(item);
    case WIRE_OUT:
    case WIRE_ERR:
        break;
    }
    return cJSON_IsString(item);
}

static int find_kind(const cJSON *item, struct err *err)
{
    for (int kind = WIRE_HELLO; kind <= WIRE_EXIT; kind++)
        if (text_is(item->string, kind_key[kind]))
            return kind;
    return err_set(err, ERR_INVALID, "a frame with the unknown key \"%.64s\"", item->string);
}

int wire_frame_decode(struct arena *a, const char *line, size_t len, struct wire_frame *ret,
                      struct err *err)
{
    const cJSON *tree = json_parse(a, line, len, err);

    if (!tree)
        return -1;
    if (!cJSON_IsObject(tree) || !tree->child || tree->child->next)
        return err_set(err, ERR_INVALID, "a frame must be an object with one key");
    const cJSON *item = tree->child;
    int kind = find_kind(item, err);
    if (kind < 0)
        return -1;
    if (!has_its_type((enum wire_kind)kind, item))
        return err_set(err, ERR_INVALID, "a frame whose \"%s\" is no such thing", item->string);
    *ret = (struct wire_frame){.kind = (enum wire_kind)kind,
                               .text = cJSON_GetStringValue(item),
                               .event = kind == WIRE_EVENT ? item : NULL,
                               .number = cJSON_IsNumber(item) ? item->valueint : 0};
    return 0;
}

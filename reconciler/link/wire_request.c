/* The one request of a connection. */
#include "link/wire.h"

#include <string.h>

#include "base/text.h"

static cJSON *text_array(const char *const *texts, size_t n)
{
    cJSON *array = cJSON_CreateArray();

    for (size_t i = 0; i < n; i++)
        cJSON_AddItemToArray(array, cJSON_CreateString(texts[i]));
    return array;
}

static void add_option(cJSON *options, const struct wire_option *o)
{
    if (o->n_values == 0)
        cJSON_AddTrueToObject(options, o->name);
    else if (o->n_values == 1)
        cJSON_AddStringToObject(options, o->name, o->values[0]);
    else
        cJSON_AddItemToObject(options, o->name, text_array(o->values, o->n_values));
}

int wire_request_encode(struct arena *a, const struct wire_request *r, const char **ret,
                        struct err *err)
{
    cJSON *tree = json_object(a);

    cJSON_AddNumberToObject(tree, "v", WIRE_VERSION);
    cJSON_AddStringToObject(tree, "verb", r->verb);
    cJSON_AddItemToObject(tree, "args", text_array(r->args, r->n_args));
    cJSON *options = cJSON_AddObjectToObject(tree, "options");
    for (size_t i = 0; i < r->n_options; i++)
        add_option(options, &r->options[i]);
    cJSON_AddStringToObject(tree, "format", r->format);
    cJSON_AddBoolToObject(tree, "color", r->color);
    cJSON_AddNumberToObject(tree, "width", r->width);
    cJSON_AddBoolToObject(tree, "verbose", r->verbose);
    *ret = arena_printf(a, "%s\n", json_print(a, tree, false));
    if (strlen(*ret) - 1 > WIRE_MAX_REQUEST)
        return err_set(err, ERR_INVALID,
                       "the command line is too long for the service: %d KiB are "
                       "the limit",
                       WIRE_MAX_REQUEST >> 10);
    return 0;
}

/* The others are checked only once the version is known to be ours: the message that matters. */
static int check_version(const cJSON *tree, struct err *err)
{
    const cJSON *v = json_get(tree, "v");

    if (!cJSON_IsNumber(v))
        return err_set(err, ERR_INVALID, "the request does not say its version \"v\"");
    if (v->valuedouble != WIRE_VERSION)
        return err_set(err, ERR_INVALID,
                       "the request is of version %g, the service speaks version %d: use the same "
                       "release of both",
                       v->valuedouble, WIRE_VERSION);
    return 0;
}

static bool is_text_array(const cJSON *item)
{
    const cJSON *entry;

    if (!cJSON_IsArray(item))
        return false;
    json_each(entry, item)
        if (!cJSON_IsString(entry))
            return false;
    return true;
}

static bool is_width(const cJSON *item)
{
    return cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble <= UINT16_MAX;
}

static bool is_text(const cJSON *item)
{
    return cJSON_IsString(item) && *item->valuestring;
}

static bool is_version(const cJSON *item)
{
    return cJSON_IsNumber(item);
}

static bool is_bool(const cJSON *item)
{
    return cJSON_IsBool(item);
}

static bool is_object(const cJSON *item)
{
    return cJSON_IsObject(item);
}

static const struct {
    const char *name;
    bool (*holds)(const cJSON *);
    const char *kind; /* for people */
} keys[] = {
    {"v", is_version, "a number"},
    {"verb", is_text, "a text"},
    {"args", is_text_array, "a list of texts"},
    {"options", is_object, "an object"},
    {"format", is_text, "a text"},
    {"color", is_bool, "true or false"},
    {"width", is_width, "a number of columns"},
    {"verbose", is_bool, "true or false"},
};

static int check_key(const cJSON *tree, const cJSON *item, struct err *err)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (!text_is(item->string, keys[i].name))
            continue;
        if (json_get(tree, item->string) != item)
            return err_set(err, ERR_INVALID, "the request has \"%s\" twice", item->string);
        if (!keys[i].holds(item))
            return err_set(err, ERR_INVALID, "\"%s\" of the request must be %s", keys[i].name,
                           keys[i].kind);
        return 0;
    }
    return err_set(err, ERR_INVALID, "the request has the unknown key \"%.64s\"", item->string);
}

static size_t read_texts(struct arena *a, const cJSON *array, const char *const **ret)
{
    const char **texts = arena_alloc(a, ((size_t)cJSON_GetArraySize(array) + 1) * sizeof *texts);
    const cJSON *entry;
    size_t n = 0;

    json_each(entry, array)
        texts[n++] = entry->valuestring;
    *ret = texts;
    return n;
}

static int read_option(struct arena *a, const cJSON *options, const cJSON *item,
                       struct wire_option *ret, struct err *err)
{
    if (json_get(options, item->string) != item)
        return err_set(err, ERR_INVALID, "the request has the option \"%.64s\" twice",
                       item->string);
    ret->name = item->string;
    if (cJSON_IsTrue(item))
        return 0;
    if (is_text_array(item) && cJSON_GetArraySize(item) > 0) {
        ret->n_values = read_texts(a, item, &ret->values);
        return 0;
    }
    if (!cJSON_IsString(item))
        return err_set(err, ERR_INVALID,
                       "the option \"%.64s\" of the request must be true, a text or texts",
                       item->string);
    ret->values = arena_memdup(a, &item->valuestring, sizeof item->valuestring);
    ret->n_values = 1;
    return 0;
}

static int read_options(struct arena *a, const cJSON *object, struct wire_request *ret,
                        struct err *err)
{
    struct wire_option *options =
        arena_alloc(a, ((size_t)cJSON_GetArraySize(object) + 1) * sizeof *options);
    const cJSON *item;

    ret->options = options;
    json_each(item, object)
        if (read_option(a, object, item, &options[ret->n_options++], err) < 0)
            return -1;
    return 0;
}

int wire_request_decode(struct arena *a, const char *line, size_t len, struct wire_request *ret,
                        struct err *err)
{
    const cJSON *tree, *item;

    if (len > WIRE_MAX_REQUEST)
        return err_set(err, ERR_INVALID, "the request is longer than %d KiB",
                       WIRE_MAX_REQUEST >> 10);
    if (!text_is_utf8(line, len))
        return err_set(err, ERR_INVALID, "the request is not valid UTF-8");
    if (!(tree = json_parse(a, line, len, err)))
        return -1;
    if (!cJSON_IsObject(tree))
        return err_set(err, ERR_INVALID, "the request must be an object");
    if (check_version(tree, err) < 0)
        return -1;
    json_each(item, tree)
        if (check_key(tree, item, err) < 0)
            return -1;
    *ret = (struct wire_request){.verb = json_text(tree, "verb"),
                                 .format = json_text(tree, "format"),
                                 .color = json_bool(tree, "color", false),
                                 .verbose = json_bool(tree, "verbose", false),
                                 .width = (unsigned)json_int(tree, "width", 0)};
    if (!ret->verb)
        return err_set(err, ERR_INVALID, "the request has no \"verb\"");
    if (!ret->format)
        ret->format = "table";
    ret->n_args = read_texts(a, json_get(tree, "args"), &ret->args);
    return read_options(a, json_get(tree, "options"), ret, err);
}

static const struct wire_option *find(const struct wire_request *r, const char *name)
{
    for (size_t i = 0; i < r->n_options; i++)
        if (text_is(r->options[i].name, name))
            return &r->options[i];
    return NULL;
}

bool wire_is_set(const struct wire_request *r, const char *name)
{
    return find(r, name) != NULL;
}

const char *wire_value(const struct wire_request *r, const char *name)
{
    const struct wire_option *o = find(r, name);
    return o && o->n_values ? o->values[o->n_values - 1] : NULL;
}

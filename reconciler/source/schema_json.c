/* The schema tables as JSON Schema, draft-07, for editors.  It says a little less than the reader
 * checks: bounds of durations and what `check` functions see are left out, and any text with a "$"
 * in it passes, since nobody knows its value there. */
#include <cjson/cJSON.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "source/schema.h"
#include "source/spec.h"

#define WITH_VARIABLE "|[$]"

static cJSON *section_json(struct arena *, const struct section *);
static cJSON *field_json(struct arena *, const struct field *);

static cJSON *object_with(const char *key, cJSON *value)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddItemToObject(o, key, value);
    return o;
}

static cJSON *any_of(cJSON *a, cJSON *b)
{
    cJSON *list = cJSON_CreateArray();
    cJSON_AddItemToArray(list, a);
    cJSON_AddItemToArray(list, b);
    return object_with("anyOf", list);
}

static cJSON *type_json(const char *const *types, size_t n)
{
    if (n == 1)
        return object_with("type", cJSON_CreateString(types[0]));
    return object_with("type", cJSON_CreateStringArray(types, (int)n));
}

static cJSON *array_of(cJSON *item)
{
    cJSON *o = object_with("type", cJSON_CreateString("array"));
    cJSON_AddItemToObject(o, "items", item);
    return o;
}

static cJSON *map_of(cJSON *value)
{
    cJSON *o = object_with("type", cJSON_CreateString("object"));
    cJSON_AddItemToObject(o, "additionalProperties", value);
    return o;
}

static cJSON *string_like(struct arena *a, const char *pattern)
{
    cJSON *o = object_with("type", cJSON_CreateString("string"));
    if (pattern)
        cJSON_AddStringToObject(o, "pattern", arena_printf(a, "%s" WITH_VARIABLE, pattern));
    return o;
}

/* Numbers and booleans are texts, too: nothing is retyped. */
static cJSON *text_json(struct arena *a, const struct field *f)
{
    static const char *const types[] = {"string", "number", "boolean"};
    size_t n = 0;

    if (f && f->choices) {
        while (f->choices[n])
            n++;
        return any_of(object_with("enum", cJSON_CreateStringArray(f->choices, (int)n)),
                      object_with("pattern", cJSON_CreateString("[$]")));
    }
    cJSON *o = type_json(types, 3);
    if (f && f->pattern)
        cJSON_AddStringToObject(o, "pattern", arena_printf(a, "%s" WITH_VARIABLE, f->pattern));
    return o;
}

static cJSON *number_json(struct arena *a, const char *type, const char *pattern)
{
    cJSON *number = object_with("type", cJSON_CreateString(type));
    cJSON_AddNumberToObject(number, "minimum", 0);
    return any_of(number, string_like(a, pattern));
}

static cJSON *integer_json(struct arena *a, const struct field *f)
{
    cJSON *number = object_with("type", cJSON_CreateString("integer"));
    cJSON_AddNumberToObject(number, "minimum", (double)f->min);
    cJSON_AddNumberToObject(number, "maximum", (double)f->max);
    return any_of(number, string_like(a, "^[0-9]+$"));
}

static cJSON *reference_json(struct arena *a, const struct section *s)
{
    return object_with("$ref", cJSON_CreateString(arena_printf(a, "#/definitions/%s", s->name)));
}

static cJSON *environment_json(struct arena *a, const struct field *f)
{
    return any_of(map_of(any_of(text_json(a, NULL), reference_json(a, f->section))),
                  array_of(string_like(a, "^[^=]+=")));
}

static cJSON *probe_json(struct arena *a)
{
    static const char *const words[] = {"TCP", "WS", "NONE"};
    return any_of(object_with("enum", cJSON_CreateStringArray(words, 3)),
                  array_of(text_json(a, NULL)));
}

static cJSON *entries_json(struct arena *a, const struct field *f)
{
    static const char *const types[] = {"object", "null"};
    cJSON *o = type_json(types, 2);
    cJSON_AddItemToObject(o, "additionalProperties", reference_json(a, f->section));
    return o;
}

static cJSON *shape_json(struct arena *a, const struct field *f)
{
    switch (f->shape) {
    case SHAPE_FLAG:
        return any_of(object_with("type", cJSON_CreateString("boolean")),
                      string_like(a, "^(true|false)$"));
    case SHAPE_INTEGER:
        return integer_json(a, f);
    case SHAPE_DURATION:
        return number_json(a, "integer", "^[0-9]+[0-9dhms]*$");
    case SHAPE_SIZE:
        return number_json(a, "integer", "^([0-9]+([bB]|[kmgKMG][bB]?)?|none)$");
    case SHAPE_CPUS:
        return number_json(a, "number", "^([0-9]*([.][0-9]+)?|none)$");
    case SHAPE_LIST:
    case SHAPE_VOLUMES:
    case SHAPE_COMMAND:
    case SHAPE_ENV_FILE:
        return any_of(text_json(a, f), array_of(text_json(a, f)));
    case SHAPE_HOSTS:
        return any_of(map_of(text_json(a, NULL)), array_of(text_json(a, f)));
    case SHAPE_LABELS:
        return any_of(map_of(text_json(a, NULL)), array_of(text_json(a, NULL)));
    case SHAPE_ENVIRONMENT:
        return environment_json(a, f);
    case SHAPE_PROBE:
        return probe_json(a);
    case SHAPE_SECTION:
        return reference_json(a, f->section);
    case SHAPE_ENTRIES:
        return entries_json(a, f);
    case SHAPE_TEXT:
    case SHAPE_PATH:
    case SHAPE_ONE:
    case SHAPE_INCLUDE:
    case SHAPE_REFUSED:
        break;
    }
    return text_json(a, f);
}

static cJSON *field_json(struct arena *a, const struct field *f)
{
    cJSON *o = cJSON_CreateObject(), *shape = shape_json(a, f);

    if (f->doc)
        cJSON_AddStringToObject(o, "description", f->doc);
    if (cJSON_GetObjectItemCaseSensitive(shape, "$ref")) { /* beside one, nothing else counts */
        cJSON *all = cJSON_AddArrayToObject(o, "allOf");
        cJSON_AddItemToArray(all, shape);
        return o;
    }
    while (shape->child) {
        cJSON *item = cJSON_DetachItemViaPointer(shape, shape->child);
        char *key = item->string;
        cJSON_AddItemToObject(o, arena_strdup(a, key), item);
    }
    cJSON_Delete(shape);
    return o;
}

static void add_properties(struct arena *a, const struct section *s, cJSON *properties)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct field *f = &s->fields[i];
        if (f->shape == SHAPE_INCLUDE)
            add_properties(a, f->section, properties);
        else if (f->shape != SHAPE_REFUSED)
            cJSON_AddItemToObject(properties, f->name, field_json(a, f));
    }
}

static cJSON *section_json(struct arena *a, const struct section *s)
{
    static const char *const types[] = {"object", "null"};
    cJSON *o = type_json(types, s->may_be_empty ? 2 : 1);

    add_properties(a, s, cJSON_AddObjectToObject(o, "properties"));
    if (s->takes_one) {
        cJSON_AddNumberToObject(o, "minProperties", 1);
        cJSON_AddNumberToObject(o, "maxProperties", 1);
    } else {
        cJSON_AddItemToObject(cJSON_AddObjectToObject(o, "patternProperties"), "^x-",
                              cJSON_CreateObject());
    }
    cJSON_AddBoolToObject(o, "additionalProperties", false);
    if (!s->shorthand)
        return o;
    size_t shift = 0;
    return any_of(field_json(a, schema_find(s, s->shorthand, &shift)), o);
}

/* The sections that this one refers to, each once, under their names. */
static void add_definitions(struct arena *a, const struct section *s, cJSON *definitions)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct section *inner = s->fields[i].section;
        bool is_there = !inner || cJSON_GetObjectItemCaseSensitive(definitions, inner->name);
        if (is_there)
            continue;
        if (s->fields[i].shape != SHAPE_INCLUDE)
            cJSON_AddItemToObject(definitions, inner->name, section_json(a, inner));
        add_definitions(a, inner, definitions);
    }
}

const char *spec_schema_json(struct arena *a)
{
    cJSON *o = json_object(a);

    cJSON_AddStringToObject(o, "$schema", "http://json-schema.org/draft-07/schema#");
    cJSON_AddStringToObject(o, "title", "A spec of avr-reconciler");
    cJSON_AddStringToObject(o, "type", "object");
    add_properties(a, &schema_top, cJSON_AddObjectToObject(o, "properties"));
    cJSON_AddItemToObject(cJSON_AddObjectToObject(o, "patternProperties"), "^x-",
                          cJSON_CreateObject());
    cJSON_AddBoolToObject(o, "additionalProperties", false);
    add_definitions(a, &schema_top, cJSON_AddObjectToObject(o, "definitions"));
    return arena_printf(a, "%s\n", json_print(a, o, true));
}

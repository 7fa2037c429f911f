#include "base/json.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A tree is thousands of small allocations of one fate, and cJSON's hooks carry no context: while
 * an answer is parsed they take from this arena. */
static struct arena *parsing;

static void *take(size_t size)
{
    return arena_alloc(parsing, size);
}

static void leave_to_arena(void *p)
{
    (void)p;
}

static cJSON *parse(struct arena *a, const char *s, size_t len, const char **ret_end)
{
    parsing = a;
    cJSON_InitHooks(&(cJSON_Hooks){take, leave_to_arena});
    cJSON *tree = cJSON_ParseWithLengthOpts(s, len, ret_end, false);
    cJSON_InitHooks(NULL);
    return tree;
}

const cJSON *json_parse(struct arena *a, const char *s, size_t len, struct err *err)
{
    const char *end = NULL;
    const cJSON *tree = parse(a, s, len, &end);

    if (!tree) {
        size_t at = end && end >= s ? (size_t)(end - s) : 0;
        err_set(err, ERR_INVALID, "not valid JSON at byte %zu of %zu", at + 1, len);
        return NULL;
    }
    for (; end < s + len; end++)
        if (*end && !isspace((unsigned char)*end)) {
            err_set(err, ERR_INVALID, "not valid JSON: more text after byte %zu",
                    (size_t)(end - s));
            return NULL;
        }
    return tree;
}

const cJSON *json_get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

const char *json_text(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(json_get(object, key));
}

int64_t json_int(const cJSON *object, const char *key, int64_t dflt)
{
    const double limit = 9007199254740992.0;
    const cJSON *item = json_get(object, key);

    if (!cJSON_IsNumber(item))
        return dflt;
    double d = item->valuedouble;
    return d > limit ? (int64_t)limit : d < -limit ? (int64_t)-limit : (int64_t)d;
}

bool json_bool(const cJSON *object, const char *key, bool dflt)
{
    const cJSON *item = json_get(object, key);
    return cJSON_IsBool(item) ? cJSON_IsTrue(item) : dflt;
}

static void delete_tree(void *tree)
{
    cJSON_Delete(tree);
}

cJSON *json_object(struct arena *a)
{
    cJSON *tree = cJSON_CreateObject();
    if (!tree)
        abort();
    arena_at_free(a, delete_tree, tree);
    return tree;
}

const char *json_print(struct arena *a, const cJSON *tree, bool indented)
{
    char *s = indented ? cJSON_Print(tree) : cJSON_PrintUnformatted(tree);
    if (!s)
        abort();
    char *copy = arena_strdup(a, s);
    cJSON_free(s);
    return copy;
}

#include "engine/fields.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

const cJSON *field_at(const cJSON *root, const char *const *path)
{
    for (; root && *path; path++)
        root = json_get(root, *path);
    return root;
}

const char *field_text(struct arena *a, const cJSON *object, const char *key)
{
    const char *s = json_text(object, key);
    return s ? arena_strdup(a, s) : "";
}

int field_int(const cJSON *object, const char *key, int dflt)
{
    int64_t n = json_int(object, key, dflt);
    return n > INT_MAX ? INT_MAX : n < INT_MIN ? INT_MIN : (int)n;
}

size_t field_texts(struct arena *a, const cJSON *array, const char *const **ret)
{
    ARRAY(const char *) texts = {0};
    const cJSON *item;

    if (cJSON_IsArray(array))
        json_each(item, array)
            if (cJSON_IsString(item))
                ARRAY_PUSH(a, texts, arena_strdup(a, item->valuestring));
    *ret = (const char *const *)texts.items;
    return texts.n;
}

struct entry { /* a pair and its place, so that sorting keeps the order of equal keys */
    struct pair pair;
    size_t at;
};

static int compare(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int order = strcmp(a->pair.key, b->pair.key);

    return order ? order : (a->at > b->at) - (a->at < b->at);
}

static size_t sort_unique(struct arena *a, struct entry *entries, size_t n, const struct pair **ret)
{
    ARRAY(struct pair) pairs = {0};

    if (n)
        qsort(entries, n, sizeof *entries, compare);
    for (size_t i = 0; i < n; i++)
        if (i + 1 == n || !text_is(entries[i].pair.key, entries[i + 1].pair.key))
            ARRAY_PUSH(a, pairs, entries[i].pair);
    *ret = pairs.items;
    return pairs.n;
}

size_t field_pairs(struct arena *a, const cJSON *object, const struct pair **ret)
{
    ARRAY(struct entry) entries = {0};
    const cJSON *item;

    if (cJSON_IsObject(object))
        json_each(item, object)
            if (cJSON_IsString(item) && item->string) {
                struct pair pair = {arena_strdup(a, item->string),
                                    arena_strdup(a, item->valuestring)};
                ARRAY_PUSH(a, entries, (struct entry){pair, entries.n});
            }
    return sort_unique(a, entries.items, entries.n, ret);
}

size_t field_env(struct arena *a, const cJSON *array, const struct pair **ret)
{
    ARRAY(struct entry) entries = {0};
    const cJSON *item;

    if (cJSON_IsArray(array))
        json_each(item, array)
            if (cJSON_IsString(item)) {
                size_t len = strcspn(item->valuestring, "=");
                const char *value = item->valuestring + len;
                struct pair pair = {arena_strndup(a, item->valuestring, len),
                                    arena_strdup(a, *value ? value + 1 : "")};
                ARRAY_PUSH(a, entries, (struct entry){pair, entries.n});
            }
    return sort_unique(a, entries.items, entries.n, ret);
}

/* Reads exactly `digits` digits; -1 if there are other characters. */
static int read_digits(const char **s, int digits)
{
    int n = 0;

    for (; digits > 0; digits--, (*s)++) {
        if (!isdigit((unsigned char)**s))
            return -1;
        n = 10 * n + (**s - '0');
    }
    return n;
}

static bool skip(const char **s, const char *one_of)
{
    bool found = **s && strchr(one_of, **s);
    *s += found;
    return found;
}

/* Days since 1970-01-01 in the Gregorian calendar; years count from March. */
static int64_t days_of(int year, int month, int day)
{
    year -= month <= 2;
    int era = year / 400, of_era = year - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097LL + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* "Z" or "+hh:mm" -> minutes east; false if it is neither. */
static bool read_zone(const char **s, int *ret)
{
    int sign = **s == '-' ? -1 : 1;

    *ret = 0;
    if (skip(s, "Zz"))
        return true;
    if (!skip(s, "+-"))
        return false;
    int hours = read_digits(s, 2);
    if (hours < 0 || !skip(s, ":"))
        return false;
    int minutes = read_digits(s, 2);
    *ret = sign * (60 * hours + minutes);
    return minutes >= 0;
}

int64_t field_time_ms(const char *s)
{
    static const int digits[] = {4, 2, 2, 2, 2, 2};
    static const char *const behind[] = {"-", "-", "Tt ", ":", ":", ""};
    int part[6], zone, ms = 0, scale = 100;

    for (int i = 0; s && i < 6; i++) {
        part[i] = read_digits(&s, digits[i]);
        if (part[i] < 0 || (*behind[i] && !skip(&s, behind[i])))
            return 0;
    }
    if (!s || part[0] < 1970 || part[1] < 1 || part[1] > 12)
        return 0;
    if (skip(&s, "."))
        for (; isdigit((unsigned char)*s); s++, scale /= 10)
            ms += scale * (*s - '0');
    if (!read_zone(&s, &zone) || *s)
        return 0;
    int64_t minutes = days_of(part[0], part[1], part[2]) * 1440 + part[3] * 60 + part[4] - zone;
    return (minutes * 60 + part[5]) * 1000 + ms;
}

#include "source/javascript.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* The shortest decimal digits that read back as d, and the exponent of "0.d1d2d3… x 10^exponent".
 */
static size_t shortest(double d, char digits[32], int *exponent)
{
    char buf[40];

    for (int precision = 0; precision <= 16; precision++) {
        snprintf(buf, sizeof buf, "%.*e", precision, d);
        if (strtod(buf, NULL) == d)
            break;
    }
    char *e = strchr(buf, 'e');
    *exponent = atoi(e + 1) + 1;
    size_t n = 0;
    for (const char *p = buf; p < e; p++)
        if (*p != '.')
            digits[n++] = *p;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
    return n;
}

static void add_zeros(struct text *t, int n)
{
    while (n-- > 0)
        text_add(t, "0");
}

/* ECMAScript's Number::toString for radix 10, step by step. */
const char *javascript_number(struct arena *a, double d)
{
    struct text t = {.arena = a};
    char digits[32];
    int n;

    if (isnan(d))
        return "NaN";
    if (d == 0)
        return "0";
    if (isinf(d))
        return d < 0 ? "-Infinity" : "Infinity";
    if (d < 0)
        text_add(&t, "-");
    int k = (int)shortest(fabs(d), digits, &n);
    if (n > 0 && n <= 21 && k <= n) {
        text_add(&t, digits);
        add_zeros(&t, n - k);
    } else if (n > 0 && n <= 21) {
        text_printf(&t, "%.*s.%s", n, digits, digits + n);
    } else if (n > -6 && n <= 0) {
        text_add(&t, "0.");
        add_zeros(&t, -n);
        text_add(&t, digits);
    } else {
        text_printf(&t, "%c%s%se%+d", digits[0], k > 1 ? "." : "", digits + 1, n - 1);
    }
    return text_str(&t);
}

/* Array.prototype.join: null is nothing in here. */
static void add_list(struct arena *a, struct text *t, const cJSON *list)
{
    const cJSON *item;
    bool first = true;

    json_each(item, list) {
        if (!first)
            text_add(t, ",");
        first = false;
        if (cJSON_IsArray(item))
            add_list(a, t, item);
        else if (!cJSON_IsNull(item))
            text_add(t, javascript_text(a, item));
    }
}

const char *javascript_text(struct arena *a, const cJSON *value)
{
    struct text t = {.arena = a};

    if (cJSON_IsString(value))
        return arena_strdup(a, value->valuestring);
    if (cJSON_IsNumber(value))
        return javascript_number(a, value->valuedouble);
    if (cJSON_IsBool(value))
        return cJSON_IsTrue(value) ? "true" : "false";
    if (cJSON_IsNull(value))
        return "null";
    if (!cJSON_IsArray(value))
        return "[object Object]";
    add_list(a, &t, value);
    return text_str(&t);
}

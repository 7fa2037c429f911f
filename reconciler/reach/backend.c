#include "reach/backend.h"

#include <ctype.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "net/ask.h"
#include "source/database.h"

enum { ANSWER_MS = 10 * 1000, MAX_ANSWER = 4 << 20, MAX_TOKEN = 16 << 10 };

static int check_token(const char *token, struct err *err)
{
    size_t n = strlen(token);

    for (const char *s = token; *s; s++)
        if ((unsigned char)*s <= ' ' || (unsigned char)*s > '~')
            return err_set(err, ERR_INVALID, "the token has a character that no token has");
    if (n == 0 || n > MAX_TOKEN)
        return err_set(err, ERR_INVALID, "the token is %s", n ? "too long" : "empty");
    return 0;
}

int backend_open(struct arena *a, const char *url, const char *token, bool read_only,
                 struct backend *ret, struct err *err)
{
    size_t n = strlen(url);

    while (n && url[n - 1] == '/')
        n--;
    if (!text_starts(url, "http://") && !text_starts(url, "https://"))
        return err_set(err, ERR_INVALID,
                       "the backend's address must begin with http:// or https://");
    if (strcspn(url, " \t\r\n?#@") < n)
        return err_set(err, ERR_INVALID, "the backend's address has more than host, port and path");
    if (check_token(token, err) < 0)
        return -1;
    char *authorization = arena_printf(a, "Authorization: Bearer %s", token);
    arena_at_free(a, text_wipe, authorization);
    *ret = (struct backend){.loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV),
                            .endpoint = {.base_url = arena_strndup(a, url, n)},
                            .authorization = authorization};
    if (!ret->loop)
        abort();
    ret->http = http_open(ret->loop);
    if (read_only)
        http_read_only(ret->http);
    return 0;
}

void backend_close(struct backend *b)
{
    http_close(b->http);
    ev_loop_destroy(b->loop);
}

static const char *path_of(struct arena *a, const char *id)
{
    struct text t = {.arena = a};

    text_add(&t, "/providers/");
    for (; *id; id++)
        if (isalnum((unsigned char)*id) || strchr("-._~", *id))
            text_add_n(&t, id, 1);
        else
            text_printf(&t, "%%%02X", (unsigned char)*id);
    return text_str(&t);
}

/* What a status means to the person who must do something about it. */
static int judge(const struct provider_row *row, int status, struct err *err)
{
    if (status >= 200 && status < 300)
        return 0;
    if (status == 401)
        return err_set(err, ERR_DENIED, "AVR's backend does not take the token: log in anew");
    if (status == 403)
        return err_set(err, ERR_DENIED, "the token's user may not change providers");
    if (status == 404)
        return err_set(err, ERR_NOT_FOUND, "AVR's backend knows no provider \"%s\"", row->name);
    return err_set(err, ERR_TRANSIENT, "AVR's backend answers %d about provider \"%s\"", status,
                   row->name);
}

static int talk(struct backend *b, struct arena *a, const struct provider_row *row,
                const char *method, const char *body, const cJSON **ret, struct err *err)
{
    const char *const headers[] = {b->authorization, "Accept: application/json", NULL};
    const struct http_request request = {.method = method,
                                         .path = path_of(a, row->id),
                                         .body = body,
                                         .headers = headers,
                                         .total_ms = ANSWER_MS,
                                         .max_body = MAX_ANSWER};
    struct http_response response;
    struct err ignored;

    if (http_ask(b->loop, b->http, &b->endpoint, &request, a, &response, err) < 0 ||
        judge(row, response.status, err) < 0)
        return -1;
    *ret = json_parse(a, response.body, response.len, &ignored);
    if (!cJSON_IsObject(*ret))
        return err_set(err, ERR_TRANSIENT, "what AVR's backend answers is no provider");
    return 0;
}

/* The config column, as an object or as the text of one. */
static const cJSON *config_of(struct arena *a, const cJSON *provider)
{
    const cJSON *config = json_get(provider, "config");
    const char *text = cJSON_GetStringValue(config);
    struct err ignored;

    return text ? json_parse(a, text, strlen(text), &ignored) : config;
}

static bool is_same_env(const struct provider_row *a, const struct provider_row *b)
{
    if (a->n_env != b->n_env)
        return false;
    for (size_t i = 0; i < a->n_env; i++) {
        size_t k = 0;
        while (k < b->n_env && !text_is(a->env[i].key, b->env[k].key))
            k++;
        if (k == b->n_env || !text_is(a->env[i].value, b->env[k].value))
            return false;
    }
    return true;
}

/* A backend that hides secrets, or shows another state, would have them overwritten. */
static int check_same(struct arena *a, const struct provider_row *row, const cJSON *config,
                      struct err *err)
{
    const char *text = json_print(a, config, false);
    struct provider_row seen = {0};

    database_parse_config(a, text, strlen(text), &seen);
    if (seen.problem || !text_is(seen.image, row->image) || !is_same_env(row, &seen))
        return err_set(err, ERR_CONFLICT,
                       "AVR's backend shows provider \"%s\" otherwise than the database has it, so "
                       "it is left alone",
                       row->name);
    return 0;
}

static const char *body_of(struct arena *a, const cJSON *config, const char *image)
{
    cJSON *body = json_object(a), *copy = cJSON_AddObjectToObject(body, "config");
    const char *key =
        json_get(config, "image") || !json_get(config, "dockerImage") ? "image" : "dockerImage";
    const cJSON *item;

    cJSON_AddStringToObject(copy, key, image);
    json_each(item, config)
        if (!text_is(item->string, key))
            cJSON_AddItemToObject(copy, item->string, cJSON_Duplicate(item, true));
    char *text = arena_strdup(a, json_print(a, body, false));
    arena_at_free(a, text_wipe, text);
    return text;
}

int backend_prepare(struct backend *b, struct arena *a, const struct provider_row *row,
                    const char *image, const char **ret_body, struct err *err)
{
    const cJSON *provider;

    if (talk(b, a, row, "GET", NULL, &provider, err) < 0)
        return -1;
    const cJSON *config = config_of(a, provider);
    if (!cJSON_IsObject(config))
        return err_set(err, ERR_CONFLICT, "AVR's backend shows no config of provider \"%s\"",
                       row->name);
    if (check_same(a, row, config, err) < 0)
        return -1;
    *ret_body = body_of(a, config, image);
    return 0;
}

int backend_patch(struct backend *b, struct arena *a, const struct provider_row *row,
                  const char *image, const char *body, struct err *err)
{
    const cJSON *provider;
    struct provider_row now = {0};

    if (talk(b, a, row, "PATCH", body, &provider, err) < 0)
        return -1;
    const cJSON *config = config_of(a, provider);
    if (!cJSON_IsObject(config))
        return 0; /* it said yes and shows nothing */
    const char *text = json_print(a, config, false);
    database_parse_config(a, text, strlen(text), &now);
    if (!text_is(now.image, image))
        return err_set(err, ERR_CONFLICT,
                       "AVR's backend took the change of provider \"%s\" and did not keep it",
                       row->name);
    return 0;
}

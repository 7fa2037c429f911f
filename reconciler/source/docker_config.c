#include "source/docker_config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/text.h"
#include "base/visible.h"
#include "source/file.h"

enum { MAX_FILE = 1 << 20, MAX_NAME = 64 };

static const char hub_server[] = "https://index.docker.io/v1/";

/* --- whose entry is it ----------------------------------------------------------------------- */

/* "https://reg.example/v1/" -> "reg.example"; all names of Docker Hub are one. */
static const char *host_of(struct arena *a, const char *key)
{
    const char *scheme = strstr(key, "://"), *host = scheme ? scheme + 3 : key;
    const char *name = arena_strndup(a, host, strcspn(host, "/"));
    bool hub = text_is(name, "index.docker.io") || text_is(name, "registry-1.docker.io");

    return hub ? "docker.io" : name;
}

/* The entry of exactly this name, else of one that means the same host. */
static const cJSON *entry_of(struct arena *a, const cJSON *object, const char *server,
                             const char *registry)
{
    const cJSON *entry = cJSON_IsObject(object) ? json_get(object, server) : NULL;

    if (entry || !cJSON_IsObject(object))
        return entry;
    json_each(entry, object)
        if (text_is(host_of(a, entry->string), registry))
            return entry;
    return NULL;
}

static const char *quote_key(struct arena *a, const cJSON *entry)
{
    return arena_printf(a, "\"%s\"", visible_text(a, entry->string));
}

/* --- logins in the file itself --------------------------------------------------------------- */

static char *keep_secret(struct arena *a, const char *text)
{
    char *copy = arena_strdup(a, text);

    arena_at_free(a, text_wipe, copy);
    return copy;
}

/* "user:password"; the user has no colon. */
static int read_pair(struct arena *a, const char *auth, const char *place, struct docker_login *ret,
                     struct err *err)
{
    size_t len = 0;
    char *pair = base64_decode(a, auth, &len);

    if (!pair)
        return err_set(err, ERR_INVALID, "%s.auth is not base64", place);
    arena_at_free(a, text_wipe, pair);
    char *colon = strchr(pair, ':');
    if (!colon || colon == pair || strlen(pair) != len)
        return err_set(err, ERR_INVALID, "%s.auth is not user:password in base64", place);
    *colon = '\0';
    ret->username = pair;
    ret->password = keep_secret(a, colon + 1);
    return 0;
}

static int read_entry(struct arena *a, const cJSON *entry, struct docker_login *ret,
                      struct err *err)
{
    const char *place = arena_printf(a, "auths.%s", quote_key(a, entry));
    const char *auth = json_text(entry, "auth"), *token = json_text(entry, "identitytoken");
    const char *username = json_text(entry, "username"), *password = json_text(entry, "password");

    if (!cJSON_IsObject(entry))
        return err_set(err, ERR_INVALID, "%s is not a mapping", place);
    if (json_get(entry, "auth") && !auth)
        return err_set(err, ERR_INVALID, "%s.auth is not a text", place);
    if (token && *token) {
        ret->identity_token = keep_secret(a, token);
    } else if (auth && *auth) {
        return read_pair(a, auth, place, ret, err);
    } else if (username && *username && password) {
        ret->username = keep_secret(a, username);
        ret->password = keep_secret(a, password);
    }
    return 0;
}

/* --- programs that have logins --------------------------------------------------------------- */

/* It becomes part of a program's name. */
static bool is_helper_name(const char *name)
{
    size_t len = strspn(name, BASE64URL_ALPHABET ".");

    return len > 0 && len <= MAX_NAME && !name[len];
}

static int read_helper(struct arena *a, const cJSON *name, const char *place,
                       struct docker_login *ret, struct err *err)
{
    if (!cJSON_IsString(name) || (*name->valuestring && !is_helper_name(name->valuestring)))
        return err_set(err, ERR_INVALID, "%s is not the name of a credential helper", place);
    if (*name->valuestring)
        ret->helper = arena_strdup(a, name->valuestring);
    return 0;
}

static int find_helper(struct arena *a, const cJSON *config, const char *registry,
                       struct docker_login *ret, struct err *err)
{
    const cJSON *own = entry_of(a, json_get(config, "credHelpers"), ret->server, registry);
    const cJSON *store = json_get(config, "credsStore");

    if (own)
        return read_helper(a, own, arena_printf(a, "credHelpers.%s", quote_key(a, own)), ret, err);
    return store ? read_helper(a, store, "credsStore", ret, err) : 0;
}

static int no_login(const char *answer, struct err *err)
{
    static const char *const words[] = {"credentials not found", "no credentials"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasestr(answer, words[i]))
            return 0;
    return err_set(err, ERR_INVALID, "its answer is no login");
}

int docker_helper_login(struct arena *a, const char *answer, struct docker_login *login,
                        struct err *err)
{
    struct arena *scratch CLEANUP_ARENA = arena_new();
    struct err ignored;
    const cJSON *tree = json_parse(scratch, answer, strlen(answer), &ignored);
    const char *username = json_text(tree, "Username"), *secret = json_text(tree, "Secret");

    if (!username || !secret)
        return no_login(answer, err);
    if (text_is(username, "<token>")) {
        login->identity_token = keep_secret(a, secret);
    } else if (*username) {
        login->username = keep_secret(a, username);
        login->password = keep_secret(a, secret);
    }
    return 0;
}

/* --- the file -------------------------------------------------------------------------------- */

static int read_login(struct arena *a, const struct file *file, const char *registry,
                      struct docker_login *ret, struct err *err)
{
    struct arena *scratch CLEANUP_ARENA = arena_new();
    const cJSON *config = json_parse(scratch, file->bytes, file->len, err);

    if (!config)
        return -1;
    if (!cJSON_IsObject(config))
        return err_set(err, ERR_INVALID, "is not a JSON object");
    if (find_helper(a, config, registry, ret, err) < 0)
        return -1;
    const cJSON *entry =
        ret->helper ? NULL : entry_of(a, json_get(config, "auths"), ret->server, registry);
    return entry ? read_entry(a, entry, ret, err) : 0;
}

int docker_config_login(struct arena *a, const char *path, const char *registry,
                        struct docker_login *ret, struct err *err)
{
    bool hub = text_is(registry, "docker.io");
    struct arena *scratch CLEANUP_ARENA = arena_new();
    struct file file;

    *ret = (struct docker_login){.server = arena_strdup(a, hub ? hub_server : registry)};
    if (access(path, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR))
        return 0;
    if (file_read(scratch, path, MAX_FILE, &file, err) < 0 ||
        read_login(a, &file, registry, ret, err) < 0) {
        *ret = (struct docker_login){.server = ret->server};
        err->code = ERR_INVALID;
        return err_wrap(err, "%s", path);
    }
    return 0;
}

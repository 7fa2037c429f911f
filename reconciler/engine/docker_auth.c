#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "engine/docker.h"

static void add(cJSON *to, const char *key, const char *value)
{
    if (value)
        cJSON_AddStringToObject(to, key, value);
}

const char *docker_auth_encode(struct arena *a, const struct registry_login *login)
{
    struct arena *scratch CLEANUP_ARENA = arena_new();
    cJSON *tree = json_object(scratch);
    bool by_token = login->identity_token != NULL;

    add(tree, "username", by_token ? NULL : login->username);
    add(tree, "password", by_token ? NULL : login->password);
    add(tree, "identitytoken", login->identity_token);
    add(tree, "serveraddress", login->server);
    char *text = arena_strdup(scratch, json_print(scratch, tree, false));
    arena_at_free(scratch, text_wipe, text);
    char *auth = base64url_encode(a, text, strlen(text));
    arena_at_free(a, text_wipe, auth);
    return auth;
}

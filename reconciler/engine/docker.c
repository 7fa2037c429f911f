#include "engine/docker.h"

#include <stdlib.h>
#include <string.h>

const char *const docker_call_name[CALL__N] = {
    [CALL_PING] = "ping",       [CALL_INFO] = "info",       [CALL_LIST] = "list",
    [CALL_INSPECT] = "inspect", [CALL_IMAGE] = "image",     [CALL_DIGEST] = "ask the registry",
    [CALL_PULL] = "pull",       [CALL_CREATE] = "create",   [CALL_START] = "start",
    [CALL_STOP] = "stop",       [CALL_RENAME] = "rename",   [CALL_REMOVE] = "remove",
    [CALL_UPDATE] = "update",   [CALL_LOGS] = "logs",       [CALL_EVENTS] = "events",
    [CALL_CONNECT] = "connect", [CALL_NETWORK] = "network",
};

bool docker_is_id(const char *s)
{
    return s && strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

/* "1.41" -> 1041, 0 if it is no version. */
static unsigned long version_number(const char *s)
{
    char *end;
    unsigned long major = strtoul(s, &end, 10), minor = 0;

    if (end == s || *end != '.')
        return 0;
    const char *dot = end + 1;
    minor = strtoul(dot, &end, 10);
    return end == dot || *end || major > 1000 || minor > 999 ? 0 : major * 1000 + minor;
}

bool docker_api_at_least(const char *version, const char *least)
{
    return version_number(version) >= version_number(least);
}

int docker_api_version(struct arena *a, const char *server, const char **ret, struct err *err)
{
    if (version_number(server) == 0)
        return err_set(err, ERR_TRANSIENT, "ping: no Api-Version in the answer");
    if (!docker_api_at_least(server, DOCKER_API_OLDEST))
        return err_set(err, ERR_DENIED,
                       "the engine speaks API %.8s; " DOCKER_API_OLDEST " or newer is needed",
                       server);
    bool newer = docker_api_at_least(server, DOCKER_API_NEWEST);
    *ret = arena_strdup(a, newer ? DOCKER_API_NEWEST : server);
    return 0;
}

const struct engine_driver docker_driver = {
    .name = "docker",
    .encode = docker_encode,
    .decode = docker_decode,
    .pull_line = docker_pull_line,
    .event_line = docker_event_line,
    .log_piece = docker_log_piece,
};

#include "net/http.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/arena.h"
#include "base/text.h"

static int parse_unix(struct arena *a, const char *path, struct endpoint *ret, struct err *err)
{
    struct sockaddr_un address;

    if (path[0] != '/')
        return err_set(err, ERR_INVALID, "DOCKER_HOST: unix://%s is not an absolute path", path);
    if (strlen(path) >= sizeof address.sun_path)
        return err_set(err, ERR_INVALID, "DOCKER_HOST: the socket's path is longer than %zu bytes",
                       sizeof address.sun_path - 1);
    *ret = (struct endpoint){.unix_path = arena_strdup(a, path), .base_url = "http://localhost"};
    return 0;
}

/* "host", "host:port", "[::1]:port": nothing that could smuggle in a path or a password. */
static bool is_authority(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)s[i]) && !strchr(".-_:[]", s[i]))
            return false;
    return len > 0 && s[0] != ':';
}

static bool has_port(const char *s, size_t len)
{
    const char *colon = memrchr(s, ':', len), *bracket = memrchr(s, ']', len);
    return colon && (!bracket || colon > bracket);
}

static const char *default_cert_dir(struct arena *a)
{
    const char *home = getenv("HOME");
    return home && *home ? arena_printf(a, "%s/.docker", home) : NULL;
}

static int parse_tcp(struct arena *a, const char *rest, bool tls, const char *port,
                     const char *cert_dir, struct endpoint *ret, struct err *err)
{
    size_t len = strcspn(rest, "/");

    if (rest[len] && rest[len + 1])
        return err_set(err, ERR_INVALID, "DOCKER_HOST: a path behind the address is not supported");
    if (!is_authority(rest, len))
        return err_set(err, ERR_INVALID, "DOCKER_HOST: no valid host and port");
    *ret = (struct endpoint){
        .base_url = arena_printf(a, "%s://%.*s%s", tls ? "https" : "http", (int)len, rest,
                                 has_port(rest, len) ? "" : port),
        .cert_dir = tls ? arena_strdup(a, cert_dir) : NULL,
    };
    return 0;
}

int endpoint_parse(struct arena *a, const char *docker_host, bool tls, const char *cert_dir,
                   struct endpoint *ret, struct err *err)
{
    const char *s = docker_host && *docker_host ? docker_host : "unix:///var/run/docker.sock";

    if (cert_dir && !*cert_dir)
        cert_dir = NULL;
    if (tls && !cert_dir)
        cert_dir = default_cert_dir(a);
    if (s[0] == '/')
        return parse_unix(a, s, ret, err);
    if (text_starts(s, "unix://"))
        return parse_unix(a, s + strlen("unix://"), ret, err);
    if (text_starts(s, "tcp://"))
        return parse_tcp(a, s + strlen("tcp://"), tls, tls ? ":2376" : ":2375", cert_dir, ret, err);
    if (text_starts(s, "http://"))
        return parse_tcp(a, s + strlen("http://"), false, "", NULL, ret, err);
    if (text_starts(s, "https://"))
        return parse_tcp(a, s + strlen("https://"), true, "", cert_dir, ret, err);
    if (text_starts(s, "ssh://"))
        return err_set(err, ERR_INVALID,
                       "DOCKER_HOST: ssh:// is not supported; forward the socket instead: "
                       "ssh -N -L /run/engine.sock:/var/run/docker.sock host, then "
                       "unix:///run/engine.sock");
    return err_set(err, ERR_INVALID,
                   "DOCKER_HOST: unix:///path, tcp://host:port, http:// or https:// is expected");
}

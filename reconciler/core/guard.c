#include "core/guard.h"

#include <string.h>

#include "base/text.h"
#include "core/settings.h"

enum { MAX_ENTRY = 128 * 1024, MAX_ALL = 1536 * 1024, MAX_NAME = 256 };

static int refuse_env(struct err *err, const char *name, const char *why)
{
    return err_set(err, ERR_DENIED, "environment variable %.64s %s", name, why);
}

static int check_env_var(const struct env_var *v, struct err *err)
{
    size_t n = strlen(v->name), m = strlen(v->value);

    if (n == 0 || n > MAX_NAME || strchr(v->name, '=') || !text_is_utf8(v->name, n))
        return err_set(err, ERR_DENIED, "an environment variable has the name \"%.64s\"",
                       text_is_utf8(v->name, n) ? v->name : "(not UTF-8)");
    for (const char *p = v->name; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == 127)
            return err_set(err, ERR_DENIED,
                           "the name of environment variable \"%.64s\" has a space or control "
                           "character",
                           v->name);
    if (!text_is_utf8(v->value, m))
        return refuse_env(err, v->name, "is not valid UTF-8: engines would store another value");
    if (n + 1 + m + 1 > MAX_ENTRY)
        return refuse_env(err, v->name, "is longer than 128 KiB: the container could not start");
    return 0;
}

static int check_env(const struct env_list *env, struct err *err)
{
    size_t all = 0;

    for (size_t i = 0; i < env->n; i++) {
        if (check_env_var(&env->items[i], err) != 0)
            return -1;
        all += strlen(env->items[i].name) + strlen(env->items[i].value) + 2;
    }
    if (all > MAX_ALL)
        return err_set(err, ERR_DENIED,
                       "the environment is longer than 1.5 MB in all: the container could not "
                       "start");
    return 0;
}

/* No empty, "." or ".." part: the text says where it leads. */
static bool is_plain_path(const char *s, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = 0;
        i++; /* the slash */
        while (i + n < len && s[i + n] != '/')
            n++;
        if ((n == 0 && i < len) || (n == 1 && s[i] == '.') ||
            (n == 2 && s[i] == '.' && s[i + 1] == '.'))
            return false;
        i += n;
    }
    return true;
}

static bool is_below(const char *path, size_t len, const char *root)
{
    size_t n = strlen(root);

    while (n > 1 && root[n - 1] == '/')
        n--;
    if (n == 1 && root[0] == '/')
        return true;
    return n > 0 && len >= n && memcmp(path, root, n) == 0 && (len == n || path[n] == '/');
}

/* The engine's socket, or a folder it is in: whoever has it is root on this host. */
static bool leads_to_socket(const char *path, size_t len)
{
    static const char *const names[] = {"docker.sock", "podman.sock", "containerd.sock",
                                        "crio.sock"};
    static const char *const folders[] = {
        "/var/run/docker.sock", "/run/docker.sock", "/run/podman/podman.sock",
        "/run/containerd/containerd.sock", "/var/run/podman/podman.sock"};

    while (len > 1 && path[len - 1] == '/')
        len--;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t n = strlen(names[i]);
        if (len > n && path[len - n - 1] == '/' && memcmp(path + len - n, names[i], n) == 0)
            return true;
    }
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (len == 1 ||
            (strncmp(folders[i], path, len) == 0 && (folders[i][len] == '/' || !folders[i][len])))
            return true;
    return false;
}

static bool is_volume_name(const char *s, size_t len)
{
    static const char inner[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

    return len >= 2 && !strchr("_.-", s[0]) && strspn(s, inner) >= len;
}

static bool has_bind(const struct box *b, const char *bind)
{
    for (size_t i = 0; b && i < b->n_binds; i++)
        if (strcmp(b->binds[i], bind) == 0)
            return true;
    return false;
}

static bool is_sane_target(const char *bind)
{
    size_t n;
    const char *target = volume_target(bind, &n);

    return n > 1 && target[0] == '/' && is_plain_path(target, n);
}

static int check_bind(const char *bind, const char *const *roots, size_t n_roots,
                      const struct box *running, struct err *err)
{
    const char *colon = strchr(bind, ':');
    size_t len = colon ? (size_t)(colon - bind) : 0;

    if (!text_is_utf8(bind, strlen(bind)) || len == 0 || !is_sane_target(bind))
        return err_set(err, ERR_DENIED, "volume \"%.200s\" is not \"source:/target\"", bind);
    if (bind[0] == '/' && leads_to_socket(bind, len))
        return err_set(err, ERR_DENIED, "volume \"%.200s\" would hand over the engine's socket",
                       bind);
    if (has_bind(running, bind))
        return 0;
    if (bind[0] != '/')
        return is_volume_name(bind, len)
                   ? 0
                   : err_set(err, ERR_DENIED,
                             "volume \"%.200s\": \"%.*s\" is neither an absolute path nor the name "
                             "of a volume",
                             bind, (int)len, bind);
    if (!is_plain_path(bind, len))
        return err_set(err, ERR_DENIED,
                       "volume \"%.200s\": its path must have no \".\", \"..\" or "
                       "empty parts",
                       bind);
    for (size_t i = 0; i < n_roots; i++)
        if (is_below(bind, len, roots[i]))
            return 0;
    return err_set(err, ERR_DENIED, "volume \"%.200s\" is outside the folders that may be mounted",
                   bind);
}

static int check_network(const char *name, struct err *err)
{
    if (strcmp(name, "host") == 0 || strcmp(name, "none") == 0 || text_starts(name, "container:") ||
        text_starts(name, "ns:"))
        return err_set(err, ERR_DENIED, "network \"%s\" is never used for an agent", name);
    if (!*name || strlen(name) > MAX_NAME || !text_is_utf8(name, strlen(name)))
        return err_set(err, ERR_DENIED, "a network has no usable name");
    return 0;
}

int guard_wanted(const struct wanted *w, const char *const *roots, size_t n_roots,
                 const struct box *running, struct err *err)
{
    if (check_env(&w->env, err) != 0)
        return -1;
    for (size_t i = 0; i < w->n_binds; i++)
        if (check_bind(w->binds[i], roots, n_roots, running, err) != 0)
            return -1;
    for (size_t i = 0; i < w->n_networks; i++)
        if (check_network(w->networks[i], err) != 0)
            return -1;
    return 0;
}

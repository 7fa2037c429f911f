#include "control/cold.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/text.h"

enum { MAX_FILE = 256 * 1024 };

static const char *path_of(struct arena *a, const char *state_dir)
{
    return arena_printf(a, "%s/cold", state_dir);
}

/* "sts<TAB>agent<TAB>image" */
static bool parse(struct arena *a, const char *line, size_t len, struct cold_part *ret)
{
    char *role = arena_strndup(a, line, len);
    char *agent = strchr(role, '\t'), *image = agent ? strchr(agent + 1, '\t') : NULL;

    if (!image)
        return false;
    *agent++ = *image++ = '\0';
    *ret = (struct cold_part){.agent_id = agent, .image = image};
    for (ret->role = 0; ret->role < ROLE_CORE; ret->role++)
        if (strcmp(role_name[ret->role], role) == 0)
            return true;
    return false;
}

static const char *read_all(struct arena *a, const char *path)
{
    char *text = arena_alloc(a, MAX_FILE + 1);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    size_t len = 0;

    for (ssize_t n = 1; fd >= 0 && n > 0 && len<MAX_FILE; len += n> 0 ? (size_t)n : 0)
        n = read(fd, text + len, MAX_FILE - len);
    if (fd >= 0)
        close(fd);
    text[len] = '\0';
    return text;
}

size_t cold_read(struct arena *a, const char *state_dir, const struct cold_part **ret)
{
    ARRAY(struct cold_part) parts = {0};
    const char *path = path_of(a, state_dir);

    *ret = NULL;
    if (access(path, F_OK) < 0)
        return 0;
    for (const char *line = read_all(a, path); *line;) {
        size_t n = strcspn(line, "\n");
        struct cold_part part;
        if (parse(a, line, n, &part))
            ARRAY_PUSH(a, parts, part);
        line += n + (line[n] == '\n');
    }
    *ret = parts.items;
    return parts.n;
}

int cold_write(const char *state_dir, const struct cold_part *parts, size_t n, struct err *err)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *path = path_of(a, state_dir), *beside = arena_printf(a, "%s.new", path);
    struct text t = {.arena = a};
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

    for (size_t i = 0; i < n; i++)
        text_printf(&t, "%s\t%s\t%s\n", role_name[parts[i].role], parts[i].agent_id,
                    parts[i].image);
    bool written = fd >= 0 && write(fd, text_str(&t), t.len) == (ssize_t)t.len && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    if (written && rename(beside, path) == 0)
        return 0;
    return err_set(err, ERR_DENIED, "cannot write %s: %s", path, strerror(errno));
}

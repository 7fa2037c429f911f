#include "control/advertise.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { MAX_URL = 256 };

bool advertise_is_usable(const char *url)
{
    const char *host = text_starts(url, "http://")    ? url + strlen("http://")
                       : text_starts(url, "https://") ? url + strlen("https://")
                                                      : "";

    return *host && *host != '/' && strlen(url) < MAX_URL && !strpbrk(host, "@?# \t\n\"'<>\\");
}

static const char *path_of(struct arena *a, const char *state_dir)
{
    return arena_printf(a, "%s/advertise", state_dir);
}

const char *advertise_recall(struct arena *a, const char *state_dir)
{
    char url[MAX_URL + 1];
    int fd = open(path_of(a, state_dir), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (fd < 0)
        return NULL;
    ssize_t n = read(fd, url, MAX_URL);
    close(fd);
    url[n < 0 ? 0 : n] = '\0';
    url[strcspn(url, "\n")] = '\0';
    return advertise_is_usable(url) ? arena_strdup(a, url) : NULL;
}

static bool write_url(const char *path, const char *url)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);

    if (fd < 0)
        return false;
    bool written = write(fd, url, strlen(url)) == (ssize_t)strlen(url);
    return close(fd) == 0 && written;
}

void advertise_remember(const char *state_dir, const char *url)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *path = path_of(a, state_dir), *fresh = arena_printf(a, "%s.new", path);

    if (!url || !write_url(fresh, url) || rename(fresh, path) < 0)
        unlink(path);
}

/* A mount over a watched folder raises no inotify event.  The kernel tells it on the mount table:
 * a poll for an exceptional condition (proc(5), /proc/pid/mounts).  libev cannot ask for that
 * alone, and the table is always readable, so an epoll descriptor of its own stands in between. */
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "watch/files_parts.h"

struct mounts mounts_open(void)
{
    struct epoll_event want = {.events = EPOLLPRI | EPOLLET};
    struct mounts m = {.table = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC),
                       .news = epoll_create1(EPOLL_CLOEXEC)};

    if (m.table < 0 || m.news < 0 || epoll_ctl(m.news, EPOLL_CTL_ADD, m.table, &want) != 0)
        mounts_close(&m);
    return m;
}

void mounts_close(struct mounts *m)
{
    if (m->table >= 0)
        close(m->table);
    if (m->news >= 0)
        close(m->news);
    m->table = m->news = -1;
}

void mounts_clear(const struct mounts *m)
{
    struct epoll_event event;

    while (epoll_wait(m->news, &event, 1, 0) > 0)
        ;
}

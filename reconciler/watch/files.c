#include "watch/files.h"

#include <errno.h>
#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/text.h"
#include "source/file.h"
#include "watch/files_parts.h"

#define SWEEP_S 2.

enum {
    CONTENT = IN_MODIFY | IN_CLOSE_WRITE, /* events that leave the way to a path as it is */
    READS_A_TURN = 64                     /* a writer that never rests must not hold the loop */
};

struct watched {
    char *given, *path;  /* path: absolute */
    struct arena *arena; /* of the walk */
    struct walk walk;
    uint64_t fingerprint;
    bool changed; /* to be told */
    bool moved;   /* to be walked again */
};

struct file_watch {
    struct ev_loop *loop;
    int inotify; /* -1: none to be had */
    struct ev_io io, mount_io;
    struct mounts mounts;
    struct ev_timer sweep; /* active while a path has to be looked at */
    struct watched *paths;
    size_t n;
    file_watch_change *on_change;
    void *ctx;
    char trouble[512];
};

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

/* --- watches ---------------------------------------------------------------------------------- */

static bool is_used(const struct file_watch *w, int wd)
{
    for (size_t i = 0; i < w->n; i++)
        for (size_t k = 0; k < w->paths[i].walk.n; k++)
            if (w->paths[i].walk.interests[k].wd == wd)
                return true;
    return false;
}

/* Ends a walk that is no longer among the paths, and the watches that were only for it. */
static void forget(struct file_watch *w, struct arena *arena, const struct walk *walk)
{
    for (size_t i = 0; i < walk->n; i++)
        if (!is_used(w, walk->interests[i].wd))
            inotify_rm_watch(w->inotify, walk->interests[i].wd); /* it may be gone by itself */
    arena_free(arena);
}

static void fingerprint(struct watched *p)
{
    p->fingerprint = walk_fingerprint(p->path, p->walk.errnum != 0);
}

/* The new watches are added before the old ones end, so that nothing is missed in between. */
static void walk_again(struct file_watch *w, struct watched *p)
{
    struct arena *old_arena = p->arena;
    struct walk old = p->walk;

    p->moved = false;
    p->arena = arena_new();
    p->walk = walk_path(p->arena, w->inotify, p->path);
    fingerprint(p);
    if (old_arena)
        forget(w, old_arena, &old);
}

/* Whether somebody has to look every now and then, and what people are told about it. */
static void note_trouble(struct file_watch *w)
{
    const struct watched *p = NULL;

    for (size_t i = 0; i < w->n && !p; i++)
        if (w->paths[i].walk.errnum)
            p = &w->paths[i];
    if (!p) {
        w->trouble[0] = '\0';
        ev_timer_stop(w->loop, &w->sweep);
        return;
    }
    bool remote = p->walk.errnum == EREMOTE;
    snprintf(w->trouble, sizeof w->trouble,
             "%.200s cannot be watched and is looked at every %g s: %s%.200s: %s", p->given,
             SWEEP_S, remote ? "" : "inotify of ", p->walk.where,
             remote ? "a network filesystem" : strerror(p->walk.errnum));
    if (!ev_is_active(&w->sweep))
        ev_timer_again(w->loop, &w->sweep);
}

/* --- telling ---------------------------------------------------------------------------------- */

/* The owner may set other paths while he is told, hence the search from the beginning. */
static void tell(struct file_watch *w)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->paths[i].moved)
            walk_again(w, &w->paths[i]);
        else if (w->paths[i].changed) /* so that a later look does not find the same change */
            fingerprint(&w->paths[i]);
    note_trouble(w);
    for (size_t i = 0; i < w->n; i++) {
        if (!w->paths[i].changed)
            continue;
        w->paths[i].changed = false;
        w->on_change(w->ctx, i);
        i = (size_t)-1;
    }
}

/* Walks anew and compares what is there with what was there. */
static void look(struct file_watch *w, struct watched *p)
{
    uint64_t before = p->fingerprint;
    bool swept = p->walk.errnum != 0;

    walk_again(w, p);
    bool same_depth = swept == (p->walk.errnum != 0);
    p->changed = p->changed || !same_depth || p->fingerprint != before;
}

/* --- what the kernel says --------------------------------------------------------------------- */

static bool concerns(const struct walk *walk, const struct inotify_event *e)
{
    for (size_t i = 0; i < walk->n; i++) {
        const struct interest *interest = &walk->interests[i];
        if (interest->wd != e->wd)
            continue;
        if (!interest->name || e->len == 0 || strcmp(interest->name, e->name) == 0)
            return true;
    }
    return false;
}

/* Events were lost (IN_Q_OVERFLOW, without a watch): anything may have happened. */
static void take(struct file_watch *w, const struct inotify_event *e)
{
    for (size_t i = 0; i < w->n; i++) {
        struct watched *p = &w->paths[i];
        if (!(e->mask & IN_Q_OVERFLOW) && !concerns(&p->walk, e))
            continue;
        p->changed = true;
        p->moved = p->moved || (e->mask & ~(unsigned)CONTENT);
    }
}

static void on_events(struct ev_loop *loop, struct ev_io *io, int events)
{
    struct file_watch *w = io->data;
    _Alignas(struct inotify_event) char buf[16384];
    ssize_t n;

    (void)loop, (void)events;
    for (int i = 0; i < READS_A_TURN && (n = read(w->inotify, buf, sizeof buf)) > 0; i++)
        for (const char *at = buf; at < buf + n;) {
            const struct inotify_event *e = (const void *)at;
            take(w, e);
            at += sizeof *e + e->len;
        }
    tell(w);
}

static void on_mounts(struct ev_loop *loop, struct ev_io *io, int events)
{
    struct file_watch *w = io->data;

    (void)loop, (void)events;
    mounts_clear(&w->mounts);
    for (size_t i = 0; i < w->n; i++)
        look(w, &w->paths[i]);
    tell(w);
}

static void open_inotify(struct file_watch *w)
{
    w->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (w->inotify < 0)
        return;
    ev_io_set(&w->io, w->inotify, EV_READ);
    ev_io_start(w->loop, &w->io);
}

static void on_sweep(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct file_watch *w = timer->data;

    (void)loop, (void)events;
    if (w->inotify < 0)
        open_inotify(w);
    for (size_t i = 0; i < w->n; i++)
        if (w->paths[i].walk.errnum)
            look(w, &w->paths[i]);
    tell(w);
}

/* --- the set ---------------------------------------------------------------------------------- */

static void free_path(struct file_watch *w, struct watched *p)
{
    forget(w, p->arena, &p->walk);
    free(p->given);
    free(p->path);
}

static struct watched new_path(struct file_watch *w, const char *given)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct watched p = {.given = must(strdup(given)),
                        .path = must(strdup(path_absolute(a, given)))};

    walk_again(w, &p);
    return p;
}

/* Takes over what is known of a path that stays, a change that was not yet told included. */
static bool keep_path(struct watched *old, size_t n_old, const char *given, struct watched *ret)
{
    for (size_t i = 0; i < n_old; i++)
        if (text_is(old[i].given, given)) {
            *ret = old[i];
            old[i] = (struct watched){0};
            return true;
        }
    return false;
}

static bool is_same_set(const struct file_watch *w, const char *const *paths, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (w->n != n || strcmp(w->paths[i].given, paths[i]) != 0)
            return false;
    return w->n == n;
}

bool file_watch_set(struct file_watch *w, const char *const *paths, size_t n)
{
    struct watched *old = w->paths;
    size_t n_old = w->n;

    if (is_same_set(w, paths, n))
        return false;
    struct watched *fresh = must(calloc(n + 1, sizeof *fresh));
    for (size_t i = 0; i < n; i++)
        if (!keep_path(old, n_old, paths[i], &fresh[i]))
            fresh[i] = new_path(w, paths[i]);
    w->paths = fresh;
    w->n = n;
    for (size_t i = 0; i < n_old; i++)
        if (old[i].path)
            free_path(w, &old[i]);
    free(old);
    note_trouble(w);
    return true;
}

struct file_watch *file_watch_new(struct ev_loop *loop, file_watch_change *on_change, void *ctx)
{
    struct file_watch *w = must(calloc(1, sizeof *w));

    *w = (struct file_watch){.loop = loop, .on_change = on_change, .ctx = ctx};
    ev_init(&w->io, on_events);
    ev_init(&w->mount_io, on_mounts);
    ev_init(&w->sweep, on_sweep);
    w->sweep.repeat = SWEEP_S;
    w->io.data = w->mount_io.data = w->sweep.data = w;
    open_inotify(w);
    w->mounts = mounts_open();
    if (w->mounts.news >= 0) {
        ev_io_set(&w->mount_io, w->mounts.news, EV_READ);
        ev_io_start(loop, &w->mount_io);
    }
    return w;
}

void file_watch_free(struct file_watch *w)
{
    if (!w)
        return;
    file_watch_set(w, NULL, 0);
    ev_io_stop(w->loop, &w->io);
    ev_io_stop(w->loop, &w->mount_io);
    ev_timer_stop(w->loop, &w->sweep);
    if (w->inotify >= 0)
        close(w->inotify);
    mounts_close(&w->mounts);
    free(w->paths);
    free(w);
}

const char *file_watch_trouble(const struct file_watch *w)
{
    return *w->trouble ? w->trouble : NULL;
}

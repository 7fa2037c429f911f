#include "service/sight.h"

#include <stdlib.h>
#include <string.h>

struct news {
    struct news *next;
    bool late; /* since the look under way began: its end does not make it old */
    char id[];
};

struct sight {
    struct news *news;
    bool deaf, looking;
    bool all, all_late; /* of everything, and since the look under way began */
};

struct sight *sight_new(void)
{
    struct sight *s = calloc(1, sizeof *s);

    if (!s)
        abort();
    s->deaf = s->all = true;
    return s;
}

/* Drops what is not late. */
static void forget(struct sight *s)
{
    for (struct news **at = &s->news; *at;) {
        struct news *n = *at;
        if (n->late) {
            n->late = false;
            at = &n->next;
            continue;
        }
        *at = n->next;
        free(n);
    }
}

void sight_free(struct sight *s)
{
    while (s && s->news)
        forget(s);
    free(s);
}

static struct news *find(const struct sight *s, const char *id)
{
    struct news *n = s->news;

    while (n && strcmp(n->id, id) != 0)
        n = n->next;
    return n;
}

static struct news *add(struct sight *s, const char *id)
{
    size_t size = strlen(id) + 1;
    struct news *n = calloc(1, sizeof *n + size);

    if (!n)
        abort();
    memcpy(n->id, id, size);
    n->next = s->news;
    s->news = n;
    return n;
}

static void all_news(struct sight *s)
{
    s->all = true;
    s->all_late = s->looking;
}

void sight_news(struct sight *s, const char *id)
{
    struct news *n = id ? find(s, id) : NULL;

    if (!id) {
        all_news(s);
        return;
    }
    if (!n)
        n = add(s, id);
    n->late = s->looking;
}

void sight_hears(struct sight *s, bool hears)
{
    s->deaf = !hears;
    all_news(s);
}

void sight_look_begins(struct sight *s)
{
    s->looking = true;
}

void sight_look_ends(struct sight *s, bool good)
{
    s->looking = false;
    s->all = s->all_late || !good;
    s->all_late = false;
    forget(s);
}

bool sight_is_looking(const struct sight *s)
{
    return s->looking;
}

bool sight_holds(const struct sight *s, const char *id)
{
    return !s->deaf && !s->all && !find(s, id);
}

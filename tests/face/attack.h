/* attack.h - requests of somebody who wants what is not his: the seeds of data/requests.txt, filled
 * in for one who asks and one who is spied upon, and spoiled.  The same seed of the dice gives the
 * same requests on every machine.
 *
 * A seed is its name on a line and the request, up to a line "===="; the ends of its lines become
 * CR LF, and what stands between @ is filled in (fill()). */
#ifndef TESTS_FACE_ATTACK_H
#define TESTS_FACE_ATTACK_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

struct dice { /* splitmix64 */
    uint64_t state;
};

static inline unsigned dice_roll(struct dice *d, size_t sides)
{
    uint64_t z = d->state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (unsigned)((z ^ z >> 31) % sides);
}

/* --- seeds ----------------------------------------------------------------------------------- */

struct seed {
    const char *name, *text;
};

struct seeds {
    ARRAY(struct seed) list;
};

static inline struct seeds seeds_read(struct arena *a, const char *path)
{
    static const char end[] = "\n====\n";
    enum { MOST = 65536 };
    char *at = arena_alloc(a, MOST);
    FILE *f = fopen(path, "r");
    struct seeds seeds = {0};

    if (!f)
        return seeds;
    at[fread(at, 1, MOST - 1, f)] = '\0';
    fclose(f);
    for (char *stop; (stop = strstr(at, end)); at = stop + strlen(end)) {
        char *line = strchr(at, '\n');
        *line = stop[1] = '\0';
        ARRAY_PUSH(a, seeds.list, ((struct seed){at, line + 1}));
    }
    return seeds;
}

/* --- filling in ------------------------------------------------------------------------------ */

struct owner { /* a container that has a token */
    const char *role, *agent, *provider, *token, *address;
};

struct pair_of_owners {
    const struct owner *self, *other, *third;
};

/* The role of one, the agent of another, the digest of a third. */
static inline const char *chimera(struct arena *a, const struct pair_of_owners *who, struct dice *d)
{
    const struct owner *all[] = {who->self, who->other, who->third};

    return arena_printf(a, "%s.%s.%s", all[dice_roll(d, 3)]->role, all[dice_roll(d, 3)]->agent,
                        strrchr(all[dice_roll(d, 3)]->token, '.') + 1);
}

static inline void fill(struct text *t, const char *word, const struct pair_of_owners *who,
                        struct dice *d)
{
    enum { LONG = 2000 };
    const struct owner *of = text_starts(word, "other-") ? who->other : who->self;
    const char *what = text_starts(word, "other-") ? word + strlen("other-") : word;

    if (text_is(what, "token"))
        text_add(t, of->token);
    else if (text_is(what, "short"))
        text_add_n(t, of->token, strlen(of->token) - 1);
    else if (text_is(what, "agent"))
        text_add(t, of->agent);
    else if (text_is(what, "provider"))
        text_add(t, of->provider);
    else if (text_is(what, "address"))
        text_add(t, of->address);
    else if (text_is(what, "chimera"))
        text_add(t, chimera(t->arena, who, d));
    else if (text_is(what, "nul"))
        text_add_n(t, "", 1);
    else if (text_is(what, "long"))
        for (int i = 0; i < LONG; i++)
            text_add_n(t, "a", 1);
}

/* What was written out, with its zero bytes. */
static inline struct text seed_fill(struct arena *a, const struct seed *seed,
                                    const struct pair_of_owners *who, struct dice *d)
{
    struct text t = {.arena = a};

    for (const char *at = seed->text; *at;) {
        size_t n = strcspn(at, "@\n");
        text_add_n(&t, at, n);
        at += n;
        if (*at == '\n') {
            text_add(&t, "\r\n");
            at++;
        } else if (*at) {
            size_t word = strcspn(++at, "@");
            fill(&t, arena_strndup(a, at, word), who, d);
            at += word + 1;
        }
    }
    return t;
}

/* --- spoiling -------------------------------------------------------------------------------- */

static inline struct text replaced(const struct text *t, size_t from, size_t len, const char *by,
                                   size_t by_len)
{
    struct text now = {.arena = t->arena};

    text_add_n(&now, t->s, from);
    text_add_n(&now, by, by_len);
    text_add_n(&now, t->s + from + len, t->len - from - len);
    return now;
}

static inline struct text sprinkle(const struct text *t, struct dice *d)
{
    static const char *const words[] = {"/",
                                        "//",
                                        "/../",
                                        "/./",
                                        "%2f",
                                        "%2F..%2f",
                                        "%00",
                                        "%2e%2e",
                                        "%",
                                        "?",
                                        "#",
                                        ";",
                                        "&",
                                        "=",
                                        " ",
                                        "\t",
                                        "\r",
                                        "\n",
                                        "\r\n",
                                        "\r\n\r\n",
                                        ":",
                                        ".",
                                        "..",
                                        "\xff",
                                        "\xc0\xaf",
                                        "\x7f",
                                        "HTTP/1.0",
                                        "HTTP/1.1\r\n",
                                        "\r\nConnection: close",
                                        "\r\nConnection: keep-alive",
                                        "\r\nConnection: Upgrade\r\nUpgrade: h2c",
                                        "\r\nTransfer-Encoding: chunked",
                                        "\r\nTransfer-Encoding: identity",
                                        "\r\nContent-Length: 5",
                                        "\r\nContent-Length: 0",
                                        "\r\nContent-Length: +1",
                                        "\r\nHost: evil.example",
                                        "\r\nHost: localhost",
                                        "\r\nExpect: 100-continue",
                                        "\r\nRange: bytes=0-1",
                                        "\r\nOrigin: null",
                                        "\r\nX-Forwarded-For: 10.9.0.1",
                                        "/internal/",
                                        "/c/",
                                        "GET ",
                                        "POST "};
    const char *word = words[dice_roll(d, sizeof words / sizeof *words)];

    return replaced(t, dice_roll(d, t->len + 1), 0, word, strlen(word));
}

static inline struct text swap_name(const struct text *t, const struct pair_of_owners *who,
                                    struct dice *d)
{
    const struct owner *of[] = {who->self, who->other, who->third};
    const struct owner *from = of[dice_roll(d, 3)], *to = of[dice_roll(d, 3)];
    const char *names[][2] = {{from->role, to->role},
                              {from->agent, to->agent},
                              {from->provider, to->provider},
                              {from->token, chimera(t->arena, who, d)},
                              {strrchr(from->token, '.'), strrchr(to->token, '.')}};
    unsigned i = dice_roll(d, 5);
    const char *at = memmem(t->s, t->len, names[i][0], strlen(names[i][0]));

    return at ? replaced(t, (size_t)(at - t->s), strlen(names[i][0]), names[i][1],
                         strlen(names[i][1]))
              : *t;
}

static inline char other_case(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? (char)(c ^ 0x20) : c;
}

static inline struct text spoil(const struct text *t, const struct pair_of_owners *who,
                                struct dice *d)
{
    enum { MOST = 24 };
    size_t at = dice_roll(d, t->len), len = dice_roll(d, MOST) + 1;
    size_t rest = t->len - at < len ? t->len - at : len;
    char byte = t->s[at], bent = (char)(byte ^ 1 << dice_roll(d, 8));

    switch (dice_roll(d, 10)) {
    case 0:
        return replaced(t, at, 1, &bent, 1);
    case 1:
        return replaced(t, at, rest, "", 0);
    case 2:
        return replaced(t, at, 0, t->s + at, rest); /* twice */
    case 3:
        return replaced(t, at, t->len - at, "", 0); /* cut off */
    case 4: {
        const char *hex = arena_printf(t->arena, "%%%02x", (unsigned char)byte);
        return replaced(t, at, 1, hex, 3);
    }
    case 5: {
        struct text now = replaced(t, 0, 0, "", 0);
        for (size_t i = at; i < at + rest; i++)
            now.s[i] = other_case(now.s[i]);
        return now;
    }
    case 6:
    case 7:
        return swap_name(t, who, d);
    default:
        return sprinkle(t, d);
    }
}

/* --- attacks --------------------------------------------------------------------------------- */

struct attack {
    const struct seed *seed;
    struct pair_of_owners who;
    struct text request; /* of one connection: several requests, even */
};

static inline struct attack attack_make(struct arena *a, const struct seeds *seeds,
                                        const struct owner *owners, size_t n, struct dice *d)
{
    struct attack attack = {
        .seed = &seeds->list.items[dice_roll(d, seeds->list.n)],
        .who = {&owners[dice_roll(d, n)], &owners[dice_roll(d, n)], &owners[dice_roll(d, n)]}};

    attack.request = seed_fill(a, attack.seed, &attack.who, d);
    if (dice_roll(d, 8) == 0) {
        const struct seed *next = &seeds->list.items[dice_roll(d, seeds->list.n)];
        struct text more = seed_fill(a, next, &attack.who, d);
        text_add_n(&attack.request, more.s, more.len);
    }
    for (unsigned i = dice_roll(d, 4); i && attack.request.len; i--)
        attack.request = spoil(&attack.request, &attack.who, d);
    return attack;
}

#endif

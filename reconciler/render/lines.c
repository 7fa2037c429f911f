/* Line diff by longest common subsequence.  Prompts have tens of lines and one or two change, so
 * the common head and tail are cut off first and the table stays small; where it would not, the
 * middle is shown as replaced altogether. */
#include "render/parts.h"

#include <string.h>

enum { MAX_TABLE = 1 << 18 };

struct lines {
    const char **items;
    size_t n;
};

struct edits {
    struct line_edit *items;
    size_t n, cap;
};

static struct lines split(struct arena *a, const char *s)
{
    ARRAY(const char *) b = {0};

    while (s) {
        const char *end = strchr(s, '\n');
        size_t len = end ? (size_t)(end - s) : strlen(s);
        ARRAY_PUSH(a, b, arena_strndup(a, s, len));
        s = end ? end + 1 : NULL;
    }
    return (struct lines){b.items, b.n};
}

static void add(struct arena *a, struct edits *e, enum line_kind kind, const char *text)
{
    ARRAY_PUSH(a, *e, ((struct line_edit){kind, text}));
}

/* table[i][j]: length of the longest common subsequence of x[i..] and y[j..]. */
static void edit_middle(struct arena *a, struct edits *e, struct lines x, struct lines y)
{
    size_t width = y.n + 1, i = 0, j = 0;
    uint16_t *table = NULL;

    if ((x.n + 1) * width <= MAX_TABLE) {
        table = arena_alloc(a, (x.n + 1) * width * sizeof *table);
        for (size_t r = x.n; r-- > 0;)
            for (size_t c = y.n; c-- > 0;) {
                uint16_t down = table[(r + 1) * width + c], right = table[r * width + c + 1];
                table[r * width + c] = text_is(x.items[r], y.items[c])
                                           ? (uint16_t)(table[(r + 1) * width + c + 1] + 1)
                                           : (down >= right ? down : right);
            }
    }
    while (table && i < x.n && j < y.n) {
        if (text_is(x.items[i], y.items[j])) {
            add(a, e, LINE_SAME, x.items[i++]);
            j++;
        } else if (table[(i + 1) * width + j] >= table[i * width + j + 1]) {
            add(a, e, LINE_OLD, x.items[i++]);
        } else {
            add(a, e, LINE_NEW, y.items[j++]);
        }
    }
    while (i < x.n)
        add(a, e, LINE_OLD, x.items[i++]);
    while (j < y.n)
        add(a, e, LINE_NEW, y.items[j++]);
}

/* Without the first and last lines; a text that is not there has none at all. */
static struct lines middle(struct lines all, size_t head, size_t tail)
{
    all.n -= head + tail;
    if (all.n)
        all.items += head;
    return all;
}

struct line_edits line_edits_make(struct arena *a, const char *have, const char *want)
{
    struct lines x = split(a, have), y = split(a, want);
    size_t total = want ? y.n : x.n, head = 0, tail = 0;
    struct edits e = {0};

    while (head < x.n && head < y.n && text_is(x.items[head], y.items[head]))
        add(a, &e, LINE_SAME, x.items[head++]);
    while (tail < x.n - head && tail < y.n - head &&
           text_is(x.items[x.n - 1 - tail], y.items[y.n - 1 - tail]))
        tail++;
    edit_middle(a, &e, middle(x, head, tail), middle(y, head, tail));
    for (size_t i = x.n - tail; i < x.n; i++)
        add(a, &e, LINE_SAME, x.items[i]);

    struct line_edits ret = {.items = e.items, .n = e.n, .total = total};
    for (size_t i = 0; i < e.n; i++) {
        ret.n_old += e.items[i].kind == LINE_OLD;
        ret.n_new += e.items[i].kind == LINE_NEW;
    }
    return ret;
}

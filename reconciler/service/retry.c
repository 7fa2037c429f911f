#include "service/retry.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

enum { FIRST_MS = 1000, LONGEST_MS = 3600 * 1000, QUIET_MS = 600 * 1000 };

struct entry {
    struct entry *next;
    char *agent_id, *wish;
    unsigned count;
    int64_t due_ms;
};

struct retries {
    struct entry *first;
};

static void entry_free(struct entry *e)
{
    free(e->agent_id);
    free(e->wish);
    free(e);
}

struct retries *retries_new(void)
{
    struct retries *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    return r;
}

void retries_free(struct retries *r)
{
    while (r && r->first) {
        struct entry *e = r->first;
        r->first = e->next;
        entry_free(e);
    }
    free(r);
}

static struct entry *find(const struct retries *r, const char *agent_id, const char *wish)
{
    for (struct entry *e = r->first; e; e = e->next)
        if (text_is(e->agent_id, agent_id) && text_is(e->wish, wish))
            return e;
    return NULL;
}

/* An agent has one entry: of another wish nothing is known any more. */
void retry_forgive(struct retries *r, const char *agent_id)
{
    for (struct entry **at = &r->first; *at;) {
        struct entry *e = *at;
        if (!text_is(e->agent_id, agent_id)) {
            at = &e->next;
            continue;
        }
        *at = e->next;
        entry_free(e);
    }
}

static struct entry *add(struct retries *r, const char *agent_id, const char *wish)
{
    struct entry *e = calloc(1, sizeof *e);

    if (!e || !(e->agent_id = strdup(agent_id)) || !(e->wish = strdup(wish)))
        abort();
    e->next = r->first;
    r->first = e;
    return e;
}

static int64_t delay_ms(unsigned count, double jitter)
{
    int64_t ms = FIRST_MS;

    for (unsigned i = 1; i < count && ms < LONGEST_MS; i++)
        ms *= 2;
    if (ms > LONGEST_MS)
        ms = LONGEST_MS;
    return ms - (int64_t)((double)ms * jitter * 0.2);
}

void retry_note(struct retries *r, const char *agent_id, const char *wish, int64_t now_ms,
                double jitter)
{
    struct entry *e = find(r, agent_id, wish);

    if (!e) {
        retry_forgive(r, agent_id);
        e = add(r, agent_id, wish);
    }
    if (now_ms - e->due_ms > QUIET_MS)
        e->count = 0;
    e->count++;
    e->due_ms = now_ms + delay_ms(e->count, jitter);
}

int64_t retry_due_ms(const struct retries *r, const char *agent_id, const char *wish,
                     int64_t now_ms)
{
    const struct entry *e = find(r, agent_id, wish);

    return e && e->due_ms > now_ms ? e->due_ms : 0;
}

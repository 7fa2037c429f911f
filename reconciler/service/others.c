#include "service/others.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/find.h"

enum { MOST_EXCEPTIONS = 64, ID_SIZE = 72 }; /* as many as agents can be changed at a time */

struct note {
    struct note *next;
    char *agent_id;
    enum wish wish; /* what they acted against */
    int64_t until_ms;
};

struct others {
    struct note *notes;
    char exceptions[MOST_EXCEPTIONS][ID_SIZE];
    size_t n_exceptions; /* ever made: the oldest ones are overwritten */
};

struct others *others_new(void)
{
    struct others *o = calloc(1, sizeof *o);

    if (!o)
        abort();
    return o;
}

static struct note **place_of(struct others *o, const char *agent_id)
{
    struct note **at = &o->notes;

    while (*at && strcmp((*at)->agent_id, agent_id) != 0)
        at = &(*at)->next;
    return at;
}

static void drop(struct note **at)
{
    struct note *gone = *at;

    *at = gone->next;
    free(gone->agent_id);
    free(gone);
}

void others_free(struct others *o)
{
    while (o && o->notes)
        drop(&o->notes);
    free(o);
}

void others_except(struct others *o, const char *box_id)
{
    snprintf(o->exceptions[o->n_exceptions++ % MOST_EXCEPTIONS], ID_SIZE, "%s", box_id);
}

static bool is_excepted(const struct others *o, const char *box_id)
{
    for (size_t i = 0; i < MOST_EXCEPTIONS; i++)
        if (text_is(o->exceptions[i], box_id))
            return true;
    return false;
}

static void note(struct others *o, const struct agent *agent, int64_t until_ms)
{
    struct note **at = place_of(o, agent->id);

    if (!*at) {
        *at = calloc(1, sizeof **at);
        if (!*at || !((*at)->agent_id = strdup(agent->id)))
            abort();
    }
    (*at)->wish = agent->wish;
    (*at)->until_ms = until_ms;
}

/* Only what was done under the name AVR knows: our own work is done under temporary names, but for
 * a stop, and of a stopped agent we start nothing. */
bool others_event(struct others *o, const struct agent *agent, const struct engine_event *e,
                  int64_t now_ms)
{
    struct note **at = place_of(o, agent->id);

    if (!text_is(e->name, e->agent_name))
        return false;
    bool ends = e->action == ACTION_DIE || e->action == ACTION_STOP;
    if (agent->wish == WISH_RUN && ends && !is_excepted(o, e->id)) {
        int64_t ms = e->action == ACTION_DIE ? OTHERS_DIED_MS : OTHERS_STOPPED_MS;
        if (others_until_ms(o, agent, now_ms) >= now_ms + ms)
            return false;
        note(o, agent, now_ms + ms);
        return true;
    }
    if (agent->wish == WISH_RUN && e->action == ACTION_START && *at) {
        drop(at); /* a restart, or somebody thought better of it */
        return true;
    }
    if (agent->wish == WISH_STOP && (e->action == ACTION_CREATE || e->action == ACTION_START)) {
        note(o, agent, now_ms + OTHERS_STARTED_MS);
        return true;
    }
    return false;
}

int64_t others_until_ms(const struct others *o, const struct agent *agent, int64_t now_ms)
{
    for (const struct note *n = o->notes; n; n = n->next)
        if (strcmp(n->agent_id, agent->id) == 0)
            return n->wish == agent->wish && n->until_ms > now_ms ? n->until_ms : 0;
    return 0;
}

void others_round(struct others *o, const struct desired *d)
{
    for (struct note **at = &o->notes; *at;) {
        const struct agent *agent = agent_by_id(d, (*at)->agent_id);
        if (agent && agent->wish == (*at)->wish)
            at = &(*at)->next;
        else
            drop(at);
    }
}

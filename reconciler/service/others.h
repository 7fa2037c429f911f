/* others.h - whoever else creates, starts, stops and removes the same containers: AVR's backend,
 * and people.
 *
 * The backend writes what was asked of it only after its containers.  Meanwhile the database says
 * the opposite of what its hands do: of a Run "stopped", of a Stop "running", of a Delete that the
 * agent is there.  Whoever took the database at its word would undo the first container while the
 * second one is made.  So an agent is left alone for a while after somebody else acted against what
 * the database says of it; then the database is right after all. */
#ifndef SERVICE_OTHERS_H
#define SERVICE_OTHERS_H

#include "core/desired.h"
#include "engine/engine.h"

enum {
    /* After an end: whether it was stopped, and is to be removed, is told a moment later. */
    OTHERS_DIED_MS = 500,
    /* After a stop: longer than the backend takes for the next container, which it gives 10 s. */
    OTHERS_STOPPED_MS = 15 * 1000,
    /* After a start: it may pull core's image before it goes on. */
    OTHERS_STARTED_MS = 120 * 1000
};

struct others;

struct others *others_new(void);
void others_free(struct others *); /* NULL is fine */

/* We stop this container ourselves: the event of it is not theirs. */
void others_except(struct others *, const char *box_id);

/* Something happened to a container of this agent.  True if others_until_ms() is another now.
 * Times are wall clock, in milliseconds. */
bool others_event(struct others *, const struct agent *, const struct engine_event *,
                  int64_t now_ms);

/* Until when this agent is left alone; 0: it is not. */
int64_t others_until_ms(const struct others *, const struct agent *, int64_t now_ms);

/* What is asked for now: of an agent that is asked for otherwise than when it was noted, and of one
 * that is gone, nothing is noted any more. */
void others_round(struct others *, const struct desired *);

#endif

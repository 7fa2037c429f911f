/* sight.h - what of the last look still holds.  A look is of a moment; whoever is told of a
 * container by it must know that nothing has happened to that container since.
 *
 * Things are named by an id: a container's, or an agent's for all of its containers. */
#ifndef SERVICE_SIGHT_H
#define SERVICE_SIGHT_H

#include <stdbool.h>

struct sight;

struct sight *sight_new(void);   /* nothing holds: nothing was looked at, and nothing is heard */
void sight_free(struct sight *); /* NULL is fine */

/* Whether it is heard from now on what happens.  While it is not, nothing holds; when it is again,
 * nothing does before the next look. */
void sight_hears(struct sight *, bool);

/* Something happened to it.  NULL: nobody knows to whom. */
void sight_news(struct sight *, const char *id);

/* A look begins, and ends.  What happens in between may or may not be seen by it: it is news for
 * what was known before and for what is known after.  Of a look that failed nothing holds. */
void sight_look_begins(struct sight *);
void sight_look_ends(struct sight *, bool good);
bool sight_is_looking(const struct sight *);

bool sight_holds(const struct sight *, const char *id);

#endif

/* database.h - AVR's provider database: SQLite, opened read-only, never written.
 *
 * One short read transaction a look (an open one makes AVR's own commit fail).  Any doubt about
 * the file is an error and yields nothing: an unreadable database is not an empty one. */
#ifndef SOURCE_DATABASE_H
#define SOURCE_DATABASE_H

#include "core/inputs.h"

/* Reads providers, agents and open calls.  On failure *ret is untouched and err has code
 * ERR_UNREACHABLE (missing, locked, being replaced, truncated, not a database, hot journal, no
 * permission) or ERR_INVALID (a table or column that we need is gone), the path in its text. */
int database_read(struct arena *, const char *path, struct database *ret, struct err *) MUST_CHECK;

/* Only the open calls: the drain's witness, asked again and again.  Same errors. */
int database_read_calls(struct arena *, const char *path, struct database *ret,
                        struct err *) MUST_CHECK;

/* Of each agent that ever had one the newest call, with no more than agent_id and started_ms.  Same
 * errors. */
int database_read_last_calls(struct arena *, const char *path, struct database *ret,
                             struct err *) MUST_CHECK;

/* A provider's `config`, {"image", "env"} as AVR's backend understands it, into image and env of
 * the row, or problem. */
void database_parse_config(struct arena *, const char *json, size_t len, struct provider_row *);

#endif

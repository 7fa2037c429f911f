/* database_parts.h - the pieces of database_read(), private to it. */
#ifndef SOURCE_DATABASE_PARTS_H
#define SOURCE_DATABASE_PARTS_H

#include <sqlite3.h>

#include "source/database.h"

struct config_text {  /* a `config` column, to be parsed when the transaction is over */
    const char *json; /* NULL: null */
    size_t len;
};

struct look { /* one look at an open database, inside its transaction */
    struct arena *arena;
    sqlite3 *db;
    const char *path;
    struct provider_row *providers; /* those of the result, and their configs */
    const struct config_text *configs;
};

/* What an SQLite result means to the person who must do something about it; -1. */
int database_error(const struct look *, int rc, struct err *);

int database_read_providers(struct look *, struct database *, struct err *) MUST_CHECK;
int database_read_agents(struct look *, struct database *, struct err *) MUST_CHECK;
int database_read_open_calls(struct look *, struct database *, struct err *) MUST_CHECK;
int database_read_newest_calls(struct look *, struct database *, struct err *) MUST_CHECK;

/* "2026-11-22 09:00:01.000", with or without T, fraction and Z, in UTC; 0 if it is no such text. */
int64_t database_time_ms(const char *);

#endif

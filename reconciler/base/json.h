/* json.h - reading JSON safely, on top of cJSON.
 *
 * cJSON's plain getters ignore the case of keys and its numbers are doubles; both bite here
 * ("Id" and "ID" differ, sizes exceed 2^53 nowhere we read).  These getters are exact about case,
 * return NULL or the default on any other type, and never fail: a hostile answer reads as empty. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* Parses exactly len bytes (nothing but white space may follow).  The tree lies in the arena, as
 * nothing that cJSON may free: it is to be read only. */
const cJSON *json_parse(struct arena *, const char *, size_t len, struct err *) MUST_CHECK;

const cJSON *json_get(const cJSON *object, const char *key);          /* NULL if absent */
const char *json_text(const cJSON *object, const char *key);          /* NULL if no string */
int64_t json_int(const cJSON *object, const char *key, int64_t dflt); /* clamped to 2^53 */
bool json_bool(const cJSON *object, const char *key, bool dflt);
#define json_each(item, array) cJSON_ArrayForEach(item, array) /* NULL array: no rounds */

/* A tree that is being built and dies with the arena; add to it with cJSON_Add…ToObject. */
cJSON *json_object(struct arena *);
const char *json_print(struct arena *, const cJSON *, bool indented);

#endif

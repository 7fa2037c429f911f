/* fields.h - typed reading of an engine's JSON into the facts' arrays.
 *
 * Whatever is missing or of another type reads as empty; texts are never NULL. */
#ifndef ENGINE_FIELDS_H
#define ENGINE_FIELDS_H

#include "base/json.h"
#include "core/observed.h"

/* The value at a path of keys, NULL-terminated: FIELD(root, "HostConfig", "RestartPolicy"). */
const cJSON *field_at(const cJSON *root, const char *const *path);
#define FIELD(root, ...) field_at(root, (const char *const[]){__VA_ARGS__, NULL})

const char *field_text(struct arena *, const cJSON *object, const char *key); /* "" if none */
int field_int(const cJSON *object, const char *key, int dflt);                /* clamped */

/* The texts of an array; items of another type are left out. */
size_t field_texts(struct arena *, const cJSON *array, const char *const **ret);

/* An object of texts, sorted by key. */
size_t field_pairs(struct arena *, const cJSON *object, const struct pair **ret);

/* An array of "KEY=value", sorted by key; a repeated key keeps its last value, as in a process. */
size_t field_env(struct arena *, const cJSON *array, const struct pair **ret);

/* RFC 3339 with any fraction -> ms since 1970; 0 for the engine's "never" (year 1) and for
 * anything that is no such time. */
int64_t field_time_ms(const char *);

#endif

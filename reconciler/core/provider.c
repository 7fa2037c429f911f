#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "core/merge_parts.h"

static const struct provider_row *row_find(const struct database *db, const char *key, bool by_id)
{
    for (size_t i = 0; i < db->n_providers; i++)
        if (text_is(db->providers[i].id, key))
            return &db->providers[i];
    for (size_t i = 0; !by_id && i < db->n_providers; i++)
        if (text_is(db->providers[i].name, key))
            return &db->providers[i];
    return NULL;
}

static const struct provider_spec *spec_find(const struct spec *spec, const char *key)
{
    for (size_t i = 0; key && i < spec->n_providers; i++)
        if (text_is(spec->providers[i].name, key))
            return &spec->providers[i];
    return NULL;
}

/* " (did you mean …?)", or "". */
static const char *suggestion(const struct merging *s, const char *key)
{
    size_t n = 0, n_specs = s->spec->n_providers;
    const char **names = arena_alloc(s->arena, (n_specs + s->db->n_providers + 1) * sizeof *names);

    for (; n < n_specs; n++)
        names[n] = s->spec->providers[n].name;
    for (size_t i = 0; i < s->db->n_providers; i++)
        if (s->db->providers[i].name)
            names[n++] = s->db->providers[i].name;
    const char *near = text_suggest(key, names, n);
    if (!near)
        return "";
    bool in_specs = false;
    for (size_t i = 0; i < n_specs; i++)
        in_specs |= names[i] == near;
    return in_specs ? arena_printf(s->arena, "; did you mean \"%s\"?", near)
                    : arena_printf(s->arena, "; did you mean \"%s\" (%s)?", near, s->db_name);
}

static bool not_found(const struct merging *s, const struct value *ref, bool by_id,
                      struct problem *problem)
{
    if (by_id)
        problem_set(s->arena, problem, ref->origin.at, "no provider with the id %s in %s",
                    ref->text, s->db_name);
    else if (s->db->path)
        problem_set(s->arena, problem, ref->origin.at, "no provider \"%s\" in the specs or in %s%s",
                    ref->text, s->db_name, suggestion(s, ref->text));
    else
        problem_set(s->arena, problem, ref->origin.at, "no provider \"%s\" in the specs%s",
                    ref->text, suggestion(s, ref->text));
    return false;
}

bool provider_find(const struct merging *s, enum role role, const struct value *ref, bool by_id,
                   struct provider *ret, struct problem *problem)
{
    const struct provider_row *row = row_find(s->db, ref->text, by_id);
    const struct provider_spec *spec = by_id ? NULL : spec_find(s->spec, ref->text);

    if (!row && !spec)
        return not_found(s, ref, by_id, problem);
    if (row && !spec) {
        spec = spec_find(s->spec, row->name);
        if (!spec)
            spec = spec_find(s->spec, row->id);
    }
    *ret = (struct provider){.row = row, .spec = spec, .assigned = ref->origin};
    ret->id = row ? row->id : spec->name;
    ret->name = row && row->name ? row->name : ret->id;
    ret->origin = row ? origin_of_row(s, "provider", ret->name) : spec->origin;
    if (row && row->problem) {
        problem_set(s->arena, problem, ref->origin.at, "provider \"%s\", %s: %s", ret->name,
                    s->db_name, row->problem);
        return false;
    }
    /* What the dashboard assigned is run as AVR runs it; a spec may be told of its slip. */
    if (row && !by_id && row->type && strcasecmp(row->type, role_name[role]) != 0) {
        problem_set(s->arena, problem, ref->origin.at,
                    "provider \"%s\" (%s) is of type %s and cannot serve as %s", ret->name,
                    s->db_name, row->type, role_name[role]);
        return false;
    }
    if (row && role == ROLE_CORE) {
        problem_set(s->arena, problem, ref->origin.at,
                    "provider \"%s\" (%s) cannot serve as core: core has no provider in AVR",
                    ret->name, s->db_name);
        return false;
    }
    return true;
}

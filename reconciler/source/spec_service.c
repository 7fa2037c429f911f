#include "source/spec_service.h"

#include <string.h>

#include "base/text.h"

static const void *member(const struct service_spec *spec, const struct field *f)
{
    return (const char *)spec + f->at;
}

static size_t member_size(const struct field *f)
{
    return f->shape == SHAPE_DURATION ? sizeof(struct number) : sizeof(struct value);
}

static const char *text_of(struct arena *a, const struct service_spec *spec, const struct field *f,
                           const struct origin **ret)
{
    if (f->shape == SHAPE_DURATION) {
        const struct number *n = member(spec, f);
        *ret = &n->origin;
        return n->set ? arena_printf(a, "%llds", (long long)n->n) : NULL;
    }
    const struct value *v = member(spec, f);
    *ret = &v->origin;
    return v->text;
}

const char *spec_service_text(struct arena *a, const struct service_spec *spec, const char *name,
                              const struct origin **ret_origin)
{
    const struct origin *origin;
    size_t shift = 0;
    const struct field *f = schema_find(&schema_service, name, &shift);

    return f ? text_of(a, spec, f, ret_origin ? ret_origin : &origin) : NULL;
}

static void add_key(struct reader *r, struct service_reading *s, const struct node *key,
                    const struct field *f, const struct service_spec *one, struct service_spec *all)
{
    const struct node **first = &s->keys[f - schema_service.fields];
    const struct origin *origin;

    if (!*first) {
        *first = key;
        memcpy((char *)all + f->at, member(one, f), member_size(f));
        return;
    }
    const struct place *other = &(*first)->place;
    if (!text_is(text_of(r->arena, one, f, &origin), text_of(r->arena, all, f, &origin)))
        report_error(r->report, &key->place, NULL, "%s in service is said otherwise in %s:%u:%u",
                     f->name, other->file->path, other->line, other->column);
}

void read_service(struct reader *r, struct service_reading *s, const struct node *n,
                  struct service_spec *all)
{
    struct service_spec one = {0};
    const struct origin *origin;

    read_section(r, &schema_service, n, &one, "service");
    for (size_t i = 0; n->kind == NODE_MAPPING && i < n->n; i++) {
        size_t shift = 0;
        const struct node *key = n->entries[i].key;
        const struct field *f = schema_find(&schema_service, key->text, &shift);
        if (f && text_of(r->arena, &one, f, &origin)) /* NULL: wrong, which was reported */
            add_key(r, s, key, f, &one, all);
    }
}

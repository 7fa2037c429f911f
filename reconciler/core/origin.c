#include "core/origin.h"

const char *origin_text(struct arena *a, const struct origin *o)
{
    switch (o->kind) {
    case FROM_SPEC:
        return arena_printf(a, "%s:%u:%u", o->at.file ? o->at.file : "?", o->at.line, o->at.column);
    case FROM_DATABASE:
        return o->where ? o->where : "database";
    case FROM_HOST:
        return arena_printf(a, "$%s", o->where ? o->where : "?");
    case FROM_CONTAINER:
        return o->where ? o->where : "running container";
    case FROM_DEFAULT:
        return o->where ? o->where : "default";
    case FROM_AVR:
        break;
    }
    return o->where ? o->where : "AVR";
}

#include "core/origin.h"

const char *origin_text(struct arena *a, const struct origin *o)
{
    static const char *const words[] = {[FROM_AVR] = "AVR",
                                        [FROM_DEFAULT] = "default",
                                        [FROM_DATABASE] = "database",
                                        [FROM_CONTAINER] = "running container",
                                        [FROM_ORDER] = "order"};

    if (o->kind == FROM_SPEC)
        return arena_printf(a, "%s:%u:%u", o->at.file, o->at.line, o->at.column);
    if (o->kind == FROM_HOST)
        return arena_printf(a, "$%s", o->where);
    return o->where ? o->where : words[o->kind];
}

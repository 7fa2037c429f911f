/* Core's addresses: each must lead to a container of this agent that listens there. */
#include <string.h>

#include "base/text.h"
#include "core/avr.h"
#include "doctor/parts.h"
#include "doctor/verify_parts.h"

static void judge(struct verifying *v, const char *name, const struct avr_url *url,
                  const struct box *b)
{
    const char *port = pair_get(b->env, b->n_env, "PORT");
    const struct box_facts *facts = verify_facts_of(v->in->facts, b);

    if (port && !text_is(port, url->port))
        verify_say(v, CHECK_FAILED, "url",
                   arena_printf(v->arena, "%s names port %s, and %s listens on %s", name, url->port,
                                b->name, port));
    else if (facts && facts->probed && !facts->ready)
        verify_say(v, CHECK_FAILED, "url",
                   arena_printf(v->arena, "%s leads to %s:%s, where nothing answers", name,
                                url->host, url->port));
    else if (!facts || !facts->probed)
        verify_say(v, CHECK_UNKNOWN, "url",
                   arena_printf(v->arena, "%s leads to %s:%s, which was not asked", name, url->host,
                                url->port));
    else
        verify_say(
            v, CHECK_OK, "url",
            arena_printf(v->arena, "%s leads to a live port: %s:%s", name, url->host, url->port));
}

static void check_url(struct verifying *v, const char *name, const char *text)
{
    struct avr_url url;

    if (!avr_url_parse(v->arena, text, &url)) {
        verify_say(v, CHECK_FAILED, "url", arena_printf(v->arena, "%s is no URL", name));
        return;
    }
    const struct box *b = doctor_box_at(v->in->observed, url.host);
    enum role role;
    const char *id;

    if (b)
        judge(v, name, &url, b);
    else if (canonical_parse(url.host, v->in->desired->prefix, &role, &id) ||
             text_starts(url.host, "avrd-"))
        verify_say(v, CHECK_FAILED, "url",
                   arena_printf(v->arena, "%s names %s, and no container that runs has that name",
                                name, url.host));
    else
        verify_say(v, CHECK_UNKNOWN, "url",
                   arena_printf(v->arena, "%s leads to %s, which is none of these containers", name,
                                url.host));
}

void verify_wiring(struct verifying *v)
{
    const struct box *core = v->role->live;

    for (size_t i = 0; i < v->agent->n_roles; i++) {
        const struct role_plan *target = &v->agent->roles[i];
        const char *name = avr_url_name(target->role);
        if (!name || !target->wanted)
            continue;
        const char *wrong = avr_url_name_wrong(target->role);
        const char *url = pair_get(core->env, core->n_env, name);
        if (!url && wrong && pair_get(core->env, core->n_env, wrong))
            verify_say(v, CHECK_FAILED, "url",
                       arena_printf(v->arena, "it has %s instead of %s", wrong, name));
        else if (!url)
            verify_say(v, CHECK_FAILED, "url", arena_printf(v->arena, "it has no %s", name));
        else
            check_url(v, name, url);
    }
}

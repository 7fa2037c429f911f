#include "live/asker.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/text.h"
#include "core/capability.h"
#include "core/find.h"
#include "core/slot.h"

/* --- whose container it is ------------------------------------------------------------------- */

/* The agent and role behind a canonical name. */
static bool owner_of_name(const struct desired *d, const char *name, struct live_asker *ret)
{
    const char *id;

    for (size_t i = 0; i < d->n_agents; i++)
        for (size_t k = 0; k < d->agents[i].n_containers; k++)
            if (strcmp(d->agents[i].containers[k].name, name) == 0) {
                *ret = (struct live_asker){&d->agents[i], d->agents[i].containers[k].role};
                return true;
            }
    if (!canonical_parse(name, d->prefix, &ret->role, &id))
        return false;
    ret->agent = agent_by_id(d, id);
    return ret->agent;
}

/* Candidates and those that drain have names of their own; the label tells their slot. */
static bool owner_of(const struct desired *d, const struct box *b, struct live_asker *ret)
{
    const char *slot = pair_get(b->labels, b->n_labels, "agentName");

    return owner_of_name(d, slot ? slot : b->name, ret);
}

/* --- addresses ------------------------------------------------------------------------------- */

/* Addresses of IPv4 have a place of their own among those of IPv6. */
static struct in6_addr mapped(const struct in_addr *four)
{
    struct in6_addr six = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

    memcpy(&six.s6_addr[12], four, sizeof *four);
    return six;
}

static bool address_of_peer(const struct sockaddr *peer, struct in6_addr *ret)
{
    if (peer->sa_family == AF_INET)
        *ret = mapped(&((const struct sockaddr_in *)(const void *)peer)->sin_addr);
    else if (peer->sa_family == AF_INET6)
        *ret = ((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;
    else
        return false;
    return true;
}

static bool address_of_text(const char *text, struct in6_addr *ret)
{
    struct in_addr four;

    if (inet_pton(AF_INET, text, &four) != 1)
        return inet_pton(AF_INET6, text, ret) == 1;
    *ret = mapped(&four);
    return true;
}

static bool has_address(const struct box *b, const struct in6_addr *address)
{
    struct in6_addr own;

    for (size_t i = 0; i < b->n_networks; i++)
        if (b->networks[i].ip && address_of_text(b->networks[i].ip, &own) &&
            memcmp(&own, address, sizeof own) == 0)
            return true;
    return false;
}

/* The agent all of whose running containers, and no other's, have this address; NULL: none. */
static const struct agent *agent_at(const struct live_ask *ask)
{
    const struct agent *found = NULL;
    struct in6_addr address;

    if (!ask->observed || !address_of_peer(ask->peer, &address))
        return NULL;
    for (size_t i = 0; i < ask->observed->n_boxes; i++) {
        const struct box *b = &ask->observed->boxes[i];
        struct live_asker owner;
        if (b->state != BOX_RUNNING || !has_address(b, &address))
            continue;
        if (!owner_of(ask->desired, b, &owner) || (found && found != owner.agent))
            return NULL;
        found = owner.agent;
    }
    return found;
}

/* --- providers ------------------------------------------------------------------------------- */

/* What a container was told its provider is, when it was made. */
static const char *told_provider(struct arena *a, const struct box *b, enum role role)
{
    const char *id = pair_get(b->env, b->n_env, "PROVIDER_ID");
    const char *name = arena_printf(a, "PROVIDER_%s_ID", role_upper[role]);

    return id ? id : pair_get(b->env, b->n_env, name);
}

/* The role this provider has in the agent: by today's wish, or by a running container that was made
 * for an earlier one. */
static bool role_of_provider(struct arena *a, const struct live_ask *ask, const struct agent *agent,
                             const char *provider_id, enum role *ret)
{
    struct live_asker owner;

    for (size_t i = 0; i < agent->n_containers; i++)
        if (text_is(agent->containers[i].provider_id, provider_id)) {
            *ret = agent->containers[i].role;
            return true;
        }
    for (size_t i = 0; i < ask->observed->n_boxes; i++) {
        const struct box *b = &ask->observed->boxes[i];
        if (b->state == BOX_RUNNING && owner_of(ask->desired, b, &owner) && owner.agent == agent &&
            text_is(told_provider(a, b, owner.role), provider_id)) {
            *ret = owner.role;
            return true;
        }
    }
    return false;
}

/* Whether the token was made for some provider that this part of the agent has, or had when a
 * container that still runs was made. */
static bool proves_some_provider(struct arena *a, const struct live_ask *ask,
                                 const struct agent *agent, const struct capability *token)
{
    const struct container_spec *c = agent_container(agent, token->role);
    struct live_asker owner;

    if (c && c->provider_id && capability_proves(ask->key, token, c->provider_id))
        return true;
    for (size_t i = 0; ask->observed && i < ask->observed->n_boxes; i++) {
        const struct box *b = &ask->observed->boxes[i];
        if (!owner_of(ask->desired, b, &owner) || owner.agent != agent || owner.role != token->role)
            continue;
        const char *id = told_provider(a, b, owner.role);
        if (id && capability_proves(ask->key, token, id))
            return true;
    }
    return false;
}

/* --- who ------------------------------------------------------------------------------------- */

static bool read_token(struct arena *a, const struct live_ask *ask, struct capability *ret)
{
    return ask->key && capability_parse(a, ask->token, ret);
}

bool asker_of_provider(struct arena *a, const struct live_ask *ask, const char *provider_id,
                       struct live_asker *ret)
{
    struct capability token;

    *ret = (struct live_asker){0};
    if (ask->token) {
        if (!read_token(a, ask, &token) || !capability_proves(ask->key, &token, provider_id))
            return false;
        *ret = (struct live_asker){agent_by_id(ask->desired, token.agent_id), token.role};
        return ret->agent;
    }
    ret->agent = agent_at(ask);
    return ret->agent && role_of_provider(a, ask, ret->agent, provider_id, &ret->role);
}

bool asker_of_agent(struct arena *a, const struct live_ask *ask, const char *agent_id,
                    struct live_asker *ret)
{
    struct capability token;

    *ret = (struct live_asker){.role = ROLE_CORE};
    if (!ask->token) {
        ret->agent = agent_at(ask);
        return ret->agent && strcmp(ret->agent->id, agent_id) == 0;
    }
    ret->agent = agent_by_id(ask->desired, agent_id);
    if (!ret->agent || !read_token(a, ask, &token) || strcmp(token.agent_id, agent_id) != 0)
        return false;
    ret->role = token.role;
    return proves_some_provider(a, ask, ret->agent, &token);
}

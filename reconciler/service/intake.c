#include "service/intake.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/text.h"
#include "core/serial.h"
#include "core/wish.h"
#include "service/last_rows.h"

static const double SETTLE_S = 0.2, RETRY_S = 0.5, LONGEST_RETRY_S = 30.;

struct spec_part {
    struct arena *arena; /* NULL: there is none */
    struct spec spec;
    struct spec_errors errors; /* of one that was not good */
};

struct database_part {
    struct arena *arena;
    struct database db;
    struct text rows; /* what of it matters, as one text */
};

struct intake {
    struct ev_loop *loop;
    const struct config *config;
    const struct digest_key *key;
    struct intake_owner owner;
    struct ev_timer reads;
    unsigned asked; /* INTAKE_… bits to be read */
    double retry_s; /* of a database that could not be read */
    struct spec_part good_spec,
        last_spec; /* last: as it was read last, if that was not good_spec */
    struct database_part good_db;
    bool spec_in_doubt, db_in_doubt;
    int64_t db_read_ms; /* monotonic: when it was last believed */
    bool allow_empty;
    unsigned news; /* parts that changed, or whether they are in doubt, since the last merge */
    struct arena *arena; /* of what is in force, and of both good parts; NULL: nothing is */
    struct sources sources;
    const char *wish;
    struct arena *paths_arena;
    ARRAY(const char *) paths;
};

static void read_in(struct intake *in, double seconds)
{
    if (ev_is_active(&in->reads) && ev_timer_remaining(in->loop, &in->reads) <= seconds)
        return;
    ev_timer_stop(in->loop, &in->reads);
    ev_timer_set(&in->reads, seconds, 0.);
    ev_timer_start(in->loop, &in->reads);
}

/* --- specs ----------------------------------------------------------------------------------- */

static bool is_same_file(const struct spec_file *a, const struct spec_file *b)
{
    if (!text_is(a->path, b->path) || a->len != b->len || !a->bytes != !b->bytes)
        return false;
    return !a->len || memcmp(a->bytes, b->bytes, a->len) == 0;
}

static bool is_same_spec(const struct spec_part *a, const struct spec_part *b)
{
    if (!a->arena || a->spec.n_files != b->spec.n_files || a->errors.n != b->errors.n)
        return false;
    for (size_t i = 0; i < a->spec.n_files; i++)
        if (!is_same_file(&a->spec.files[i], &b->spec.files[i]))
            return false;
    return true;
}

static void put(struct spec_part *place, struct spec_part *part)
{
    arena_free(place->arena);
    *place = *part;
    *part = (struct spec_part){0};
}

static const char *errors_text(struct arena *a, const struct spec_errors *errors)
{
    const char *first = spec_error_text(a, &errors->items[0]);
    const char *line = arena_strndup(a, first, strcspn(first, "\n"));

    if (errors->n == 1)
        return line;
    return arena_printf(a, "%s (and %zu more)", line, errors->n - 1);
}

static void doubt_spec(struct intake *in)
{
    const struct spec_part *bad = &in->last_spec;
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *then = in->good_spec.arena ? "; the last good state stays in force"
                                           : "; nothing is changed until it is mended";

    in->news |= in->spec_in_doubt ? 0 : INTAKE_SPECS;
    in->spec_in_doubt = true;
    in->owner.on_condition(in->owner.ctx, "specs",
                           arena_printf(a, "%s%s", errors_text(a, &bad->errors), then));
}

static void trust_spec(struct intake *in)
{
    if (!in->spec_in_doubt)
        return;
    in->owner.on_condition(in->owner.ctx, "specs", NULL);
    in->spec_in_doubt = false;
    in->news |= INTAKE_SPECS;
}

/* False: two reads did not agree yet. */
static bool read_specs(struct intake *in)
{
    const struct config *c = in->config;
    struct spec_part now = {.arena = arena_new()};

    if (spec_read(now.arena, c->spec_paths, c->n_spec_paths, &c->env, &now.spec, &now.errors) == 0)
        now.errors.n = 0;
    if (is_same_spec(&in->good_spec, &now)) {
        arena_free(now.arena);
        put(&in->last_spec, &(struct spec_part){0});
        trust_spec(in);
        return true;
    }
    bool agrees = is_same_spec(&in->last_spec, &now);
    put(&in->last_spec, &now);
    if (!agrees)
        return false;
    if (in->last_spec.errors.n) {
        doubt_spec(in);
        return true;
    }
    put(&in->good_spec, &in->last_spec);
    in->news |= INTAKE_SPECS;
    trust_spec(in);
    return true;
}

/* --- database -------------------------------------------------------------------------------- */

static void add_provider(struct text *t, const struct provider_row *p)
{
    serial_text(t, p->id);
    serial_text(t, p->type);
    serial_text(t, p->name);
    serial_text(t, p->image);
    for (size_t i = 0; i < p->n_env; i++) {
        serial_text(t, p->env[i].key);
        serial_text(t, p->env[i].value);
    }
    serial_text(t, p->problem);
}

static void add_agent(struct text *t, const struct agent_row *row)
{
    serial_text(t, row->id);
    serial_text(t, row->name);
    serial_text(t, row->status);
    serial_text(t, row->mode);
    serial_number(t, row->port);
    serial_number(t, row->http_port);
    serial_words(t, row->provider_id, ROLE__N);
    serial_text(t, row->problem);
}

/* Calls are left out: they come and go, and nothing is asked for by them. */
static struct text rows_of(struct arena *a, const struct database *db)
{
    struct text t = {.arena = a};

    serial_text(&t, db->path);
    serial_number(&t, db->calls_known);
    serial_number(&t, (int64_t)db->n_providers);
    for (size_t i = 0; i < db->n_providers; i++)
        add_provider(&t, &db->providers[i]);
    for (size_t i = 0; i < db->n_agents; i++)
        add_agent(&t, &db->agents[i]);
    return t;
}

static void doubt_database(struct intake *in, const char *why)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *then = in->good_db.arena ? "; its last good state stays in force"
                                         : "; nothing is changed until it can be read";

    in->news |= in->db_in_doubt ? 0 : INTAKE_DATABASE;
    in->db_in_doubt = true;
    in->owner.on_condition(in->owner.ctx, "database", arena_printf(a, "%s%s", why, then));
}

/* A table that was full a moment ago: a restore under way, or somebody's mistake.  But where there
 * was one agent, whoever deletes it in the dashboard leaves none. */
static const char *emptied(const struct intake *in, const struct database *now)
{
    const struct database *before = &in->good_db.db;

    if (!in->good_db.arena || in->allow_empty || !text_is(before->path, now->path))
        return NULL;
    if (before->n_agents > 1 && !now->n_agents)
        return "suddenly has no agents (if that is meant: avr-reconciler apply --allow-empty)";
    if (before->n_providers && !now->n_providers)
        return "suddenly has no providers (if that is meant: avr-reconciler apply --allow-empty)";
    return NULL;
}

static void retry(struct intake *in)
{
    in->asked |= INTAKE_DATABASE;
    in->retry_s = in->retry_s > 0 ? 2 * in->retry_s : RETRY_S;
    if (in->retry_s > LONGEST_RETRY_S)
        in->retry_s = LONGEST_RETRY_S;
    read_in(in, in->retry_s);
}

static void trust_database(struct intake *in)
{
    in->retry_s = 0;
    in->db_read_ms = mono_ms();
    in->allow_empty = false;
    if (!in->db_in_doubt)
        return;
    in->owner.on_condition(in->owner.ctx, "database", NULL);
    in->db_in_doubt = false;
    in->news |= INTAKE_DATABASE;
}

static void read_database(struct intake *in)
{
    struct database_part now = {.arena = arena_new()};
    const char *path = sources_database_path(in->config, &in->good_spec.spec);
    struct err err;

    int ok = sources_read_database(now.arena, path, &now.db, &err);
    const char *why = ok < 0 ? err.text : emptied(in, &now.db);
    if (why) {
        doubt_database(in, ok < 0 ? why : arena_printf(now.arena, "database %s %s", path, why));
        arena_free(now.arena);
        if (ok < 0)
            retry(in);
        return;
    }
    last_rows_take(now.arena, &now.db, &in->good_db.db, in->db_read_ms);
    trust_database(in);
    if (in->owner.on_calls && now.db.path && now.db.calls_known)
        in->owner.on_calls(in->owner.ctx, &now.db);
    now.rows = rows_of(now.arena, &now.db);
    if (in->good_db.arena && text_is(now.rows.s, in->good_db.rows.s)) {
        arena_free(now.arena);
        return;
    }
    arena_free(in->good_db.arena);
    in->good_db = now;
    in->news |= INTAKE_DATABASE;
}

/* --- both together --------------------------------------------------------------------------- */

/* Why something else is asked for now; of an order, whoever takes it knows better. */
static const char *cause_of(const struct intake *in)
{
    static const char *const changed[] = {[INTAKE_SPECS] = "specs changed",
                                          [INTAKE_DATABASE] = "provider database changed",
                                          [INTAKE_SPECS | INTAKE_DATABASE] =
                                              "specs and provider database changed"};

    if (!in->arena)
        return "found when the service started";
    return changed[in->news & (INTAKE_SPECS | INTAKE_DATABASE)];
}

static void put_in_force(struct intake *in)
{
    struct arena *a = arena_new();
    struct sources now;
    struct standing_orders orders = {0};

    if (in->owner.orders)
        in->owner.orders(in->owner.ctx, a, &orders);
    arena_lean(a, in->good_spec.arena);
    arena_lean(a, in->good_db.arena);
    sources_merge(a, in->config, &in->good_spec.spec, &in->good_db.db, &orders,
                  !in->spec_in_doubt && !in->db_in_doubt, &now);
    const char *wish = desired_wish(a, in->key, &now.desired);
    const char *cause = cause_of(in);
    bool is_news = !text_is(wish, in->wish);
    arena_free(in->arena);
    in->arena = a;
    in->sources = now;
    in->wish = wish;
    in->news = 0;
    if (is_news)
        in->owner.on_accepted(in->owner.ctx, cause);
}

static void add_paths(struct intake *in, const struct spec *spec)
{
    for (size_t i = 0; i < spec->n_files; i++)
        ARRAY_PUSH(in->paths_arena, in->paths, arena_strdup(in->paths_arena, spec->files[i].path));
}

static void collect_paths(struct intake *in)
{
    const char *database = sources_database_path(in->config, &in->good_spec.spec);

    arena_free(in->paths_arena);
    in->paths_arena = arena_new();
    in->paths.n = in->paths.cap = 0;
    in->paths.items = NULL;
    if (database)
        ARRAY_PUSH(in->paths_arena, in->paths, arena_strdup(in->paths_arena, database));
    for (size_t i = 0; i < in->config->n_spec_paths; i++)
        ARRAY_PUSH(in->paths_arena, in->paths, in->config->spec_paths[i]);
    add_paths(in, &in->good_spec.spec);
    add_paths(in, &in->last_spec.spec);
}

static void on_reads(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct intake *in = timer->data;
    unsigned asked = in->asked;

    (void)loop, (void)events;
    in->asked = 0;
    in->news |= asked & INTAKE_ORDERS;
    if (asked & INTAKE_SPECS && !read_specs(in)) {
        in->asked |= INTAKE_SPECS;
        read_in(in, SETTLE_S);
    }
    if (in->good_spec.arena)
        read_database(in);
    collect_paths(in);
    in->owner.on_read(in->owner.ctx);
    if (in->news && in->good_spec.arena && in->good_db.arena)
        put_in_force(in);
}

void intake_poke(struct intake *in, unsigned what)
{
    in->asked |= what;
    read_in(in, 0.);
}

void intake_read_now(struct intake *in)
{
    if (!(in->asked & INTAKE_DATABASE) || in->db_in_doubt || !in->good_spec.arena)
        return;
    in->asked &= ~(unsigned)INTAKE_DATABASE;
    read_database(in);
    if (in->news && in->good_db.arena)
        put_in_force(in);
}

int64_t intake_age_s(const struct intake *in)
{
    return in->db_in_doubt ? (mono_ms() - in->db_read_ms) / 1000 + 1 : 0;
}

void intake_allow_empty(struct intake *in)
{
    in->allow_empty = true;
    intake_poke(in, INTAKE_DATABASE);
}

bool intake_is_settled(const struct intake *in)
{
    return !in->asked;
}

const struct sources *intake_sources(const struct intake *in, struct arena *user)
{
    if (!in->arena)
        return NULL;
    arena_lean(user, in->arena);
    return arena_memdup(user, &in->sources, sizeof in->sources);
}

const struct service_spec *intake_service(const struct intake *in)
{
    return in->good_spec.arena ? &in->good_spec.spec.service : NULL;
}

size_t intake_paths(const struct intake *in, const char *const **ret, bool *ret_database)
{
    *ret = in->paths.items;
    *ret_database = in->good_spec.arena
                        ? sources_database_path(in->config, &in->good_spec.spec) != NULL
                        : in->config->database != NULL;
    return in->paths.n;
}

struct intake *intake_new(struct ev_loop *loop, const struct config *config,
                          const struct digest_key *key, const struct intake_owner *owner)
{
    struct intake *in = calloc(1, sizeof *in);

    if (!in)
        abort();
    *in = (struct intake){.loop = loop, .config = config, .key = key, .owner = *owner};
    ev_timer_init(&in->reads, on_reads, 0., 0.);
    in->reads.data = in;
    return in;
}

void intake_free(struct intake *in)
{
    if (!in)
        return;
    ev_timer_stop(in->loop, &in->reads);
    arena_free(in->arena);
    arena_free(in->good_spec.arena);
    arena_free(in->last_spec.arena);
    arena_free(in->good_db.arena);
    arena_free(in->paths_arena);
    free(in);
}

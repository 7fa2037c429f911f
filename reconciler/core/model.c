#include "core/model.h"

#include <stdlib.h>
#include <string.h>

#include "core/reference.h"

void model_init(struct model *m, struct arena *a, const struct observed *o)
{
    *m = (struct model){.arena = a, .now = *o};
    m->now.boxes = m->boxes = arena_memdup(a, o->boxes, o->n_boxes * sizeof *o->boxes);
    m->now.images = m->images = arena_memdup(a, o->images, o->n_images * sizeof *o->images);
}

static struct box *find_box(struct model *m, const char *id)
{
    for (size_t i = 0; i < m->now.n_boxes; i++)
        if (strcmp(m->boxes[i].id, id) == 0)
            return &m->boxes[i];
    return NULL;
}

static const struct pair *env_pairs(struct arena *a, const struct env_list *env)
{
    struct pair *pairs = arena_alloc(a, env->n * sizeof *pairs);

    for (size_t i = 0; i < env->n; i++)
        pairs[i] = (struct pair){env->items[i].name, env->items[i].value};
    return pairs;
}

static int by_key(const void *x, const void *y)
{
    return strcmp(((const struct pair *)x)->key, ((const struct pair *)y)->key);
}

static void add_labels(struct arena *a, struct box *b, const struct wanted *w, int attempt)
{
    const struct settings *s = w->settings;
    struct pair *labels = arena_alloc(a, (s->n_labels + 5) * sizeof *labels);
    size_t n = 0;

    for (size_t i = 0; i < s->n_labels; i++)
        labels[n++] = (struct pair){s->labels[i].key, s->labels[i].value.text};
    labels[n++] = (struct pair){"app", "AVR"};
    labels[n++] = (struct pair){"agentName", w->spec->name};
    labels[n++] = (struct pair){LABEL_ATTEMPT, arena_printf(a, "%d", attempt)};
    if (w->tenant)
        labels[n++] = (struct pair){"tenant", w->tenant};
    if (w->restart_order.text)
        labels[n++] = (struct pair){LABEL_RESTART, w->restart_order.text};
    qsort(labels, n, sizeof *labels, by_key);
    b->labels = labels;
    b->n_labels = n;
}

void model_connect(struct arena *a, struct box *b, const struct wanted *w, const char *name)
{
    struct box_network *list = arena_alloc(a, (b->n_networks + 1) * sizeof *list);
    struct box_network net = {.name = name, .ip = ""};
    size_t at = 0;

    if (w->alias) {
        net.aliases = arena_memdup(a, &w->alias, sizeof w->alias);
        net.n_aliases = 1;
    }
    while (at < b->n_networks && strcmp(b->networks[at].name, name) < 0)
        at++;
    for (size_t i = 0; i < b->n_networks; i++)
        list[i + (i >= at)] = b->networks[i];
    list[at] = net;
    b->networks = list;
    b->n_networks++;
}

/* An engine creates a container on one network. */
static void add_network(struct arena *a, struct box *b, const struct wanted *w)
{
    if (!w->n_networks)
        return;
    model_connect(a, b, w, w->networks[0]);
    b->network_mode = w->networks[0];
}

static const char *const *texts(struct arena *a, const struct values *v)
{
    const char **list = arena_alloc(a, v->n * sizeof *list);

    for (size_t i = 0; i < v->n; i++)
        list[i] = v->items[i].text;
    return list;
}

struct box model_box(struct arena *a, const struct wanted *w, const char *id, const char *name,
                     int attempt, int64_t now_ms)
{
    const struct settings *s = w->settings;
    struct box b = {
        .id = id,
        .name = name,
        .image_ref = w->image_ref,
        .image_id = w->image_id,
        .error = "",
        .health_text = "",
        .created_ms = now_ms,
        .env = env_pairs(a, &w->env),
        .n_env = w->env.n,
        .binds = w->binds,
        .n_binds = w->n_binds,
        .ports = w->carried_ports,
        .n_ports = w->n_carried_ports,
        .restart = w->restart,
        .memory = w->memory,
        .nano_cpus = w->nano_cpus,
        .check = w->check,
        .user = s->user.text ? s->user.text : "",
        .command = texts(a, &s->command),
        .n_command = s->command.n,
        .cap_drop = texts(a, &s->cap_drop),
        .n_cap_drop = s->cap_drop.n,
        .extra_hosts = texts(a, &s->extra_hosts),
        .n_extra_hosts = s->extra_hosts.n,
        .log_driver = s->log_driver.text ? s->log_driver.text : "json-file",
        .stop_timeout_s = s->stop_grace_s.set ? (int)s->stop_grace_s.n : -1,
    };

    if (s->ports.set) {
        b.ports = texts(a, &s->ports);
        b.n_ports = s->ports.n;
    }
    add_labels(a, &b, w, attempt);
    add_network(a, &b, w);
    return b;
}

static void create(struct model *m, const struct step *s)
{
    size_t n = m->now.n_boxes;
    struct box *boxes = arena_alloc(m->arena, (n + 1) * sizeof *boxes);

    memcpy(boxes, m->boxes, n * sizeof *boxes);
    boxes[n] = model_box(m->arena, s->wanted, arena_printf(m->arena, "new-%u", ++m->created),
                         s->new_name, s->attempt, m->now.now_ms);
    m->now.boxes = m->boxes = boxes;
    m->now.n_boxes = n + 1;
}

/* The image is there now, under an id that nobody can know yet. */
static void pull(struct model *m, const char *ref)
{
    for (size_t i = 0; i < m->now.n_images; i++) {
        struct image *image = &m->images[i];
        if (!reference_same(m->arena, image->asked, ref))
            continue;
        image->id = arena_printf(m->arena, "pulled:%s", ref);
        image->remote_digest = NULL;
    }
}

static void remove_box(struct model *m, struct box *b)
{
    size_t behind = m->now.n_boxes - (size_t)(b - m->boxes) - 1;

    memmove(b, b + 1, behind * sizeof *b);
    m->now.n_boxes--;
}

/* Every gate opens: the time passes, the calls end. */
static void wait(struct model *m, const struct step *s)
{
    if (s->until_ms > m->now.now_ms)
        m->now.now_ms = s->until_ms;
    m->now.canary_passed |= s->gate == GATE_CANARY;
    if (s->gate != GATE_DRAIN)
        return;
    m->now.n_calls = 0;
    m->now.heard.n_calls = 0;
    m->now.calls_known = true;
    for (size_t i = 0; i < m->now.n_boxes; i++)
        m->boxes[i].sockets = 0;
}

void model_apply(struct model *m, const struct step *s)
{
    struct box *b = s->box_id ? find_box(m, s->box_id) : NULL;

    m->now.now_ms++; /* no two names of the same stamp */
    switch (s->kind) {
    case STEP_PULL:
        pull(m, s->image);
        return;
    case STEP_CREATE:
        create(m, s);
        return;
    case STEP_WAIT:
        wait(m, s);
        return;
    default:
        break;
    }
    if (!b)
        return;
    switch (s->kind) {
    case STEP_CONNECT:
        model_connect(m->arena, b, s->wanted, s->network);
        break;
    case STEP_START:
        b->state = BOX_RUNNING;
        b->health = HEALTH_UNKNOWN;
        break;
    case STEP_PROBE:
        b->health = HEALTH_GOOD;
        b->ready_ms = m->now.now_ms;
        break;
    case STEP_RENAME:
        b->name = s->new_name;
        break;
    case STEP_STOP:
        b->state = BOX_EXITED;
        break;
    case STEP_REMOVE:
        remove_box(m, b);
        break;
    case STEP_UPDATE:
        b->restart = s->wanted->restart;
        b->memory = s->wanted->memory;
        b->nano_cpus = s->wanted->nano_cpus;
        break;
    default:
        break;
    }
}

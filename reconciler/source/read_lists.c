/* Lists of texts: images, ports, volumes, hosts, commands; and labels. */
#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"
#include "source/file.h"
#include "source/read.h"
#include "source/shell_words.h"

struct builder {
    ARRAY(struct value) items;
};

/* ---- volumes ---- */

static bool is_path(const char *source)
{
    return *source == '/' || *source == '.' || *source == '~';
}

static bool is_volume_name(const char *s)
{
    const char *letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    return strchr(letters, *s) && s[strcspn(s, "/:~\\ ")] == '\0';
}

static const char *read_mode(const char *mode)
{
    static const char *const known[] = {"ro",     "rw",        "z",          "Z",       "nocopy",
                                        "cached", "delegated", "consistent", "private", "rprivate",
                                        "shared", "rshared",   "slave",      "rslave"};

    while (*mode) {
        size_t n = strcspn(mode, ","), i = 0;
        while (i < sizeof known / sizeof known[0] &&
               !(strlen(known[i]) == n && strncmp(known[i], mode, n) == 0))
            i++;
        if (i == sizeof known / sizeof known[0])
            return "what stands behind the second colon is no mode";
        mode += n + (mode[n] == ',');
    }
    return NULL;
}

/* "source:target[:mode]" with the source as an absolute path; NULL after an error. */
static const char *volume_text(struct reader *r, const struct subject *s, const struct node *n,
                               const char *text)
{
    const char *target = strchr(text, ':') + 1, *colon = strchr(target, ':');
    const char *source = arena_strndup(r->arena, text, (size_t)(target - 1 - text));
    const char *problem = colon ? read_mode(colon + 1) : NULL;

    if (problem || (!is_path(source) && !is_volume_name(source))) {
        report_value(r, s, n,
                     problem ? problem : "a path begins with . / or ~, and this is no volume name");
        return NULL;
    }
    if (!is_path(source))
        return text;
    source = read_home(r, s, n, source);
    if (!source)
        return NULL;
    source = path_absolute(r->arena, path_join(r->arena, n->place.file->folder, source));
    if (strchr(source, ':')) {
        report_value(r, s, n, "the path of its source has a colon in it");
        return NULL;
    }
    return arena_printf(r->arena, "%s:%s", source, target);
}

/* ---- lists ---- */

static bool is_too_long(struct reader *r, const struct subject *s, const struct node *n)
{
    enum { MOST = 256 };

    if (n->kind != NODE_SEQUENCE || n->n <= MOST)
        return false;
    report_error(r->report, &n->place, NULL, "%s has more than %d entries", subject_text(r, s),
                 MOST);
    return true;
}

static void read_item(struct reader *r, const struct subject *s, const struct node *n,
                      struct builder *to)
{
    if (n->kind == NODE_MAPPING && s->field->shape == SHAPE_VOLUMES) {
        report_error(r->report, &n->place, "write \"source:/target\"",
                     "%s is read in its short form only", subject_text(r, s));
        return;
    }
    const char *text = read_checked(r, s, n);
    if (text && s->field->shape == SHAPE_VOLUMES)
        text = volume_text(r, s, n, text);
    if (!text)
        return;
    for (size_t i = 0; i < to->items.n; i++)
        if (text_is(to->items.items[i].text, text)) {
            report_error(r->report, &n->place, NULL, "%s stands twice in %s",
                         report_quote(r->arena, n->text), subject_text(r, s));
            return;
        }
    ARRAY_PUSH(r->arena, to->items, read_value(n, text));
}

void read_list(struct reader *r, const struct subject *s, const struct node *n, struct values *ret)
{
    struct builder b = {0};

    if (n->kind == NODE_MAPPING || is_too_long(r, s, n)) {
        if (n->kind == NODE_MAPPING)
            report_kind(r, s, n, "a text or a list");
        return;
    }
    if (n->kind == NODE_SCALAR)
        read_item(r, s, n, &b);
    for (size_t i = 0; n->kind == NODE_SEQUENCE && i < n->n; i++)
        read_item(r, s, n->items[i], &b);
    *ret = (struct values){b.items.items, b.items.n, true};
}

/* ---- extra_hosts ---- */

static bool is_address(const char *s)
{
    unsigned char buf[sizeof(struct in6_addr)];

    return text_is(s, "host-gateway") || inet_pton(AF_INET, s, buf) == 1 ||
           inet_pton(AF_INET6, s, buf) == 1;
}

static void add_host(struct reader *r, const struct subject *s, const struct node *n,
                     const char *name, const char *address, struct builder *to)
{
    size_t len = strlen(address);

    if (len > 1 && address[0] == '[' && address[len - 1] == ']')
        address = arena_strndup(r->arena, address + 1, len - 2);
    if (!is_address(address)) {
        report_value(r, s, n, "an address is a number such as 10.0.0.1, or host-gateway");
        return;
    }
    ARRAY_PUSH(r->arena, to->items, read_value(n, arena_printf(r->arena, "%s:%s", name, address)));
}

static void read_host_item(struct reader *r, const struct subject *s, const struct node *n,
                           struct builder *to)
{
    const char *text = read_checked(r, s, n);
    if (!text)
        return;
    size_t len = strcspn(text, ":=");
    add_host(r, s, n, arena_strndup(r->arena, text, len), text + len + 1, to);
}

void read_hosts(struct reader *r, const struct subject *s, const struct node *n, struct values *ret)
{
    struct builder b = {0};

    if (is_too_long(r, s, n))
        return;
    for (size_t i = 0; n->kind == NODE_MAPPING && i < n->n; i++) {
        const struct entry *e = &n->entries[i];
        const char *address = read_text(r, s, e->value);
        if (address)
            add_host(r, s, e->value, e->key->text, address, &b);
    }
    if (n->kind == NODE_SCALAR)
        read_host_item(r, s, n, &b);
    for (size_t i = 0; n->kind == NODE_SEQUENCE && i < n->n; i++)
        read_host_item(r, s, n->items[i], &b);
    *ret = (struct values){b.items.items, b.items.n, true};
}

/* ---- command ---- */

static void read_command_line(struct reader *r, const struct subject *s, const struct node *n,
                              struct builder *to)
{
    const char *text = read_text(r, s, n);
    struct shell_words words;
    struct err err;

    if (!text)
        return;
    if (shell_words_split(r->arena, text, &words, &err) < 0) {
        report_value(r, s, n, arena_strdup(r->arena, err.text));
        return;
    }
    for (size_t i = 0; i < words.words.n; i++)
        ARRAY_PUSH(r->arena, to->items, read_value(n, words.words.items[i]));
}

void read_command(struct reader *r, const struct subject *s, const struct node *n,
                  struct values *ret)
{
    struct builder b = {0};

    if (n->kind == NODE_MAPPING) {
        report_kind(r, s, n, "a text or a list");
        return;
    }
    if (n->kind == NODE_SCALAR)
        read_command_line(r, s, n, &b);
    for (size_t i = 0; n->kind == NODE_SEQUENCE && i < n->n; i++) {
        const struct node *item = n->items[i];
        const char *text = item->kind == NODE_SCALAR && !item->plain && !*item->text
                               ? "" /* an empty word is a word */
                               : read_text(r, s, item);
        if (text)
            ARRAY_PUSH(r->arena, b.items, read_value(item, text));
    }
    *ret = (struct values){b.items.items, b.items.n, true};
}

/* ---- labels ---- */

struct labels {
    ARRAY(struct label) items;
};

static bool is_ours(const char *key)
{
    return text_is(key, "app") || text_is(key, "agentName") || text_is(key, "tenant");
}

static void add_label(struct reader *r, const struct subject *s, const struct place *place,
                      const char *key, struct value value, struct labels *to)
{
    bool is_container = s->field->count_at == offsetof(struct settings, n_labels);
    const char *problem = NULL;

    if (!*key)
        problem = "has no name";
    else if (is_container && is_ours(key))
        problem = "is given by AVR's own rules and cannot be set";
    else if (to->items.n == 256)
        problem = "is one of more than 256";
    for (size_t i = 0; i < to->items.n && !problem; i++)
        if (text_is(to->items.items[i].key, key))
            problem = "stands there twice";
    if (problem)
        report_error(r->report, place, NULL, "%s of %s %s",
                     *key ? report_quote(r->arena, key) : "an entry", subject_text(r, s), problem);
    else
        ARRAY_PUSH(r->arena, to->items, ((struct label){key, value}));
}

/* A value of a label; it may be empty. */
static const char *label_text(struct reader *r, const struct subject *s, const struct node *n,
                              const char *raw)
{
    if (n->kind != NODE_SCALAR) {
        report_kind(r, s, n, "a text");
        return NULL;
    }
    if (node_is_null(n)) {
        report_error(r->report, &s->key->place, "write \"\" for an empty one",
                     "%s of %s has no value", report_quote(r->arena, s->key->text),
                     subject_text(r, s));
        return NULL;
    }
    return interpolate(&r->in, &n->place, raw, NULL);
}

static void read_label_item(struct reader *r, const struct subject *s, const struct node *n,
                            struct labels *to)
{
    const char *equals = n->kind == NODE_SCALAR ? strchr(n->text, '=') : NULL;
    const char *text = label_text(r, s, n, equals ? equals + 1 : "");

    if (text)
        add_label(r, s, &n->place, arena_strndup(r->arena, n->text, strcspn(n->text, "=")),
                  read_value(n, text), to);
}

void read_labels(struct reader *r, const struct subject *s, const struct node *n,
                 const struct label **ret, size_t *ret_n)
{
    struct labels labels = {0};

    if (n->kind == NODE_SCALAR) {
        report_kind(r, s, n, "a mapping or a list");
        return;
    }
    for (size_t i = 0; n->kind == NODE_SEQUENCE && i < n->n; i++)
        read_label_item(r, s, n->items[i], &labels);
    for (size_t i = 0; n->kind == NODE_MAPPING && i < n->n; i++) {
        const struct entry *e = &n->entries[i];
        struct subject inner = {s->field, s->where, e->key};
        const char *text = label_text(r, &inner, e->value, e->value->text);
        if (text)
            add_label(r, s, &e->key->place, e->key->text, read_value(e->value, text), &labels);
    }
    *ret = labels.items.items;
    *ret_n = labels.items.n;
}

/* Pins in spec files: the edits of one file follow one another in memory, and it is written once.
 */
#include "base/text.h"
#include "cli/pin.h"
#include "cli/say.h"
#include "source/edit.h"
#include "source/replace.h"

struct draft {
    const struct spec_file *read; /* as it was read */
    struct spec_file now;
    bool changed;
};

struct drafts {
    ARRAY(struct draft) list;
};

static struct draft *draft_of(struct cli *cli, struct drafts *d, const struct spec *spec,
                              const char *path)
{
    for (size_t i = 0; i < d->list.n; i++)
        if (text_is(d->list.items[i].read->path, path))
            return &d->list.items[i];
    for (size_t i = 0; i < spec->n_files; i++)
        if (text_is(spec->files[i].path, path)) {
            struct draft fresh = {.read = &spec->files[i], .now = spec->files[i]};
            ARRAY_PUSH(cli->arena, d->list, fresh);
            return &d->list.items[d->list.n - 1];
        }
    return NULL;
}

/* By what key the spec knows the agent: where it stands. */
static const char *key_of(const struct spec *spec, const struct agent *agent)
{
    for (size_t i = 0; i < spec->n_agents; i++) {
        const struct pos *a = &spec->agents[i].origin.at, *b = &agent->origin.at;
        if (text_is(a->file, b->file) && a->line == b->line && a->column == b->column)
            return spec->agents[i].key;
    }
    return NULL;
}

static int pin_one(struct cli *cli, struct drafts *drafts, const struct spec *spec, struct pin *p,
                   struct err *err)
{
    const char *key = p->agent->origin.kind == FROM_SPEC ? key_of(spec, p->agent) : NULL;
    struct edit edit = {0};

    if (!key)
        return err_set(err, ERR_INVALID,
                       "it comes from the database alone: pin it there with --database, or give it "
                       "an entry under `agents` of a spec");
    struct draft *d = draft_of(cli, drafts, spec, p->agent->origin.at.file);
    if (!d || !d->now.bytes)
        return err_set(err, ERR_INVALID, "%s was not read", p->agent->origin.at.file);
    if (edit_image(cli->arena, &d->now, key, p->role, p->image, &edit, err) < 0)
        return -1;
    d->now.bytes = edit.bytes;
    d->now.len = edit.len;
    d->changed |= edit.changed;
    p->old = edit.old;
    p->changed = edit.changed;
    return 0;
}

/* Where each image stands now that all are in: an entry that was added moves those below it. */
static void find_places(struct cli *cli, struct drafts *drafts, const struct spec *spec,
                        struct pins *pins)
{
    struct err err;

    for (size_t i = 0; i < pins->list.n; i++) {
        struct pin *p = &pins->list.items[i];
        const struct draft *d = draft_of(cli, drafts, spec, p->agent->origin.at.file);
        struct edit edit = {0};
        if (edit_image(cli->arena, &d->now, key_of(spec, p->agent), p->role, p->image, &edit,
                       &err) == 0)
            p->at = (struct pos){d->read->path, edit.line, edit.column};
    }
}

static bool write_drafts(struct cli *cli, const struct drafts *d)
{
    struct err err;
    bool ok = true;

    for (size_t i = 0; i < d->list.n; i++) {
        const struct draft *x = &d->list.items[i];
        if (x->changed && file_replace(x->read->path, x->read->bytes, x->read->len, x->now.bytes,
                                       x->now.len, &err) < 0) {
            say_error(cli, "%s", err.text);
            ok = false;
        }
    }
    return ok;
}

bool pin_in_specs(struct cli *cli, const struct sources *sources, struct pins *pins, bool dry)
{
    struct drafts drafts = {0};
    struct err err;

    for (size_t i = 0; i < pins->list.n; i++) {
        struct pin *p = &pins->list.items[i];
        if (pin_one(cli, &drafts, &sources->spec, p, &err) == 0)
            continue;
        say_error(cli, "%s %s: %s", p->agent->name, role_name[p->role], err.text);
        pins->n_failed++;
    }
    if (pins->n_failed)
        return false;
    find_places(cli, &drafts, &sources->spec, pins);
    return dry || write_drafts(cli, &drafts);
}

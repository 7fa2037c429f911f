/* A line a check, under the name of its agent and the orders that stand for it. */
#include "core/find.h"
#include "render/parts.h"
#include "render/verify.h"

static const char *const state_name[CHECK__N] = {"ok", "failed", "unknown"};

static size_t widest(const struct checks *c, bool kinds)
{
    size_t ret = 0;

    for (size_t i = 0; i < c->n; i++) {
        const char *s = kinds ? c->items[i].kind : c->items[i].role;
        size_t n = s ? text_columns(s) : 0;
        ret = n > ret ? n : ret;
    }
    return ret;
}

static void put_check(struct text *t, const struct render *r, const struct checks *c,
                      const struct check *check)
{
    static const struct {
        const char *mark;
        enum style style;
    } marks[CHECK__N] = {{"✓", GREEN}, {"✗", RED}, {"?", YELLOW}};

    text_add(t, "  ");
    put(t, r, marks[check->state].style, marks[check->state].mark);
    text_add(t, " ");
    put_cell(t, r, PLAIN, check->role ? check->role : "", widest(c, false));
    text_add(t, "  ");
    put_cell(t, r, DIM, check->kind, widest(c, true));
    text_add(t, "  ");
    put(t, r, PLAIN, check->text);
    text_add(t, "\n");
}

/* An order that stands is often why something is not as asked for. */
static void put_heading(struct text *t, const struct render *r, const struct agent *agent)
{
    struct sentences orders = orders_said(t->arena, r, agent);

    put(t, r, BOLD, agent_title(agent));
    text_add(t, "\n");
    for (size_t i = 0; i < orders.n; i++) {
        put_spaces(t, 2);
        put(t, r, CYAN, arena_printf(t->arena, "order: %s", orders.items[i]));
        text_add(t, "\n");
    }
}

static void put_summary(struct text *t, const struct checks *c)
{
    const size_t *n = c->count;

    text_printf(t, "\n%zu %s: %zu ok, %zu failed", c->n, plural(c->n, "check", "checks"),
                n[CHECK_OK], n[CHECK_FAILED]);
    if (n[CHECK_UNKNOWN])
        text_printf(t, ", %zu that cannot be told from here", n[CHECK_UNKNOWN]);
    text_add(t, ".\n");
}

const char *render_verify(struct arena *a, const struct render *r, const struct checks *c)
{
    struct text t = {.arena = a};
    const struct agent *agent = NULL;

    for (size_t i = 0; i < c->n; i++) {
        const struct check *check = &c->items[i];
        if (check->agent != agent) {
            text_add(&t, agent ? "\n" : "");
            put_heading(&t, r, check->agent);
        }
        agent = check->agent;
        put_check(&t, r, c, check);
    }
    put_summary(&t, c);
    return text_str(&t);
}

static void out_check(struct out *o, const struct check *c)
{
    out_object(o, NULL);
    out_text(o, "state", state_name[c->state]);
    out_text(o, "kind", c->kind);
    out_text(o, "agent", agent_title(c->agent));
    out_text(o, "agent_id", c->agent->id);
    out_text(o, "role", c->role);
    out_text(o, "container", c->container);
    out_text(o, "text", c->text);
    out_end(o);
}

const char *render_verify_json(struct arena *a, const struct render *r, const struct checks *c)
{
    struct out o = {.text.arena = a, .indented = true};

    out_object(&o, NULL);
    out_number(&o, "version", 1);
    out_text(&o, "engine", r->engine);
    out_array(&o, "checks");
    for (size_t i = 0; i < c->n; i++)
        out_check(&o, &c->items[i]);
    out_end(&o);
    out_object(&o, "summary");
    for (enum check_state s = 0; s < CHECK__N; s++)
        out_number(&o, state_name[s], (int64_t)c->count[s]);
    out_end(&o);
    out_end(&o);
    text_add(&o.text, "\n");
    return text_str(&o.text);
}

/* Findings: a line of what, one of why, and what mends it. */
#include "core/find.h"
#include "render/parts.h"

static const char *const severity_name[SEVERITY__N] = {"error", "warning", "hint"};

static void count(const struct findings *found, size_t ret[SEVERITY__N])
{
    for (size_t i = 0; i < found->n; i++)
        ret[found->items[i].severity]++;
}

/* "Night desk  sts  " or the container's name, or nothing. */
static void put_about(struct text *t, const struct render *r, const struct finding *f)
{
    if (f->agent)
        put(t, r, BOLD, agent_title(f->agent));
    if (f->agent && f->role) {
        text_add(t, " ");
        put(t, r, PLAIN, f->role);
    }
    if (!f->agent && f->container)
        put(t, r, BOLD, f->container);
    if (f->agent || f->container)
        text_add(t, "   ");
}

static void put_finding(struct text *t, const struct render *r, const struct finding *f)
{
    static const struct {
        const char *mark;
        enum style style;
    } marks[SEVERITY__N] = {{"✗ ", RED}, {"! ", YELLOW}, {"· ", CYAN}};

    put(t, r, marks[f->severity].style, marks[f->severity].mark);
    put_about(t, r, f);
    put(t, r, PLAIN, f->what);
    text_add(t, "\n    ");
    put(t, r, DIM, f->why);
    if (f->advice) {
        text_add(t, "\n    ");
        put(t, r, PLAIN, f->advice);
        text_add(t, f->command ? ":" : "");
    }
    if (f->command) {
        text_add(t, "\n      ");
        put(t, r, BOLD, f->command);
    }
    text_add(t, "\n");
}

const char *render_doctor(struct arena *a, const struct render *r, const struct plan *plan,
                          const struct findings *found)
{
    struct text t = {.arena = a};
    size_t n[SEVERITY__N] = {0};

    count(found, n);
    for (size_t i = 0; i < found->n; i++)
        put_finding(&t, r, &found->items[i]);
    if (found->n)
        text_printf(&t, "\n%zu %s, %zu %s, %zu %s.\n", n[SEVERITY_ERROR],
                    plural(n[SEVERITY_ERROR], "error", "errors"), n[SEVERITY_WARNING],
                    plural(n[SEVERITY_WARNING], "warning", "warnings"), n[SEVERITY_HINT],
                    plural(n[SEVERITY_HINT], "hint", "hints"));
    else
        text_printf(&t, "%zu %s, %zu %s: nothing found.\n", plan->n_agents,
                    plural(plan->n_agents, "agent", "agents"), plan->n_containers,
                    plural(plan->n_containers, "container", "containers"));
    return text_str(&t);
}

static void out_finding(struct out *o, const struct finding *f)
{
    out_object(o, NULL);
    out_text(o, "severity", severity_name[f->severity]);
    out_text(o, "kind", f->kind);
    out_text(o, "agent", f->agent ? agent_title(f->agent) : NULL);
    out_text(o, "agent_id", f->agent ? f->agent->id : NULL);
    out_text(o, "role", f->role);
    out_text(o, "container", f->container);
    out_text(o, "what", f->what);
    out_text(o, "why", f->why);
    out_text(o, "advice", f->advice);
    out_text(o, "command", f->command);
    out_end(o);
}

const char *render_doctor_json(struct arena *a, const struct render *r,
                               const struct findings *found)
{
    struct out o = {.text.arena = a, .indented = true};
    size_t n[SEVERITY__N] = {0};

    count(found, n);
    out_object(&o, NULL);
    out_number(&o, "version", 1);
    out_text(&o, "engine", r->engine);
    out_array(&o, "findings");
    for (size_t i = 0; i < found->n; i++)
        out_finding(&o, &found->items[i]);
    out_end(&o);
    out_object(&o, "summary");
    out_number(&o, "errors", (int64_t)n[SEVERITY_ERROR]);
    out_number(&o, "warnings", (int64_t)n[SEVERITY_WARNING]);
    out_number(&o, "hints", (int64_t)n[SEVERITY_HINT]);
    out_end(&o);
    out_end(&o);
    text_add(&o.text, "\n");
    return text_str(&o.text);
}

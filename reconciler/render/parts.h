/* parts.h - what the files of render.h share: coloured cells, columns, short forms. */
#ifndef RENDER_PARTS_H
#define RENDER_PARTS_H

#include "base/array.h"
#include "base/text.h"
#include "render/render.h"
#include "base/out.h"

enum style { PLAIN, BOLD, DIM, RED, GREEN, YELLOW, CYAN, STYLE__N };

/* Adds visible text in a style; the text is made visible here. */
void put(struct text *, const struct render *, enum style, const char *);
/* The same, filled up with spaces to `columns`.  Longer text is not cut. */
void put_cell(struct text *, const struct render *, enum style, const char *, size_t columns);
void put_spaces(struct text *, size_t n);

const char *short_id(struct arena *, const char *id); /* 8 digits, without "sha256:" */
const char *short_image(const char *ref);             /* the last part, with its tag */
/* What a container is to be made from, once it is known: its id, or that it is not here yet. */
const char *wanted_id(struct arena *, const struct wanted *);
const char *wanted_image(struct arena *, const struct wanted *); /* reference, id, note */
const char *plural(size_t n, const char *one, const char *many);
/* "2 live calls, oldest 3m12s", and of the lost ends that are not counted; of these alone, or NULL.
 */
const char *calls_text(struct arena *, const struct agent_plan *, int64_t now_ms);
const char *lost_text(struct arena *, const struct agent_plan *, int64_t now_ms);
/* Every notice about the sources and about the look, in order.  *ret_n of them. */
const char *const *notices_make(struct arena *, const struct desired *, const struct plan *,
                                size_t *ret_n);
/* "waits for its window (Mon-Fri 02:00-05:00, opens in 3h12m)", or NULL. */
const char *window_note(struct arena *, const struct render *, const struct agent_plan *);
bool drift_hidden(const struct drift *);

void put_notices(struct text *, const struct render *, const struct desired *, const struct plan *);
void out_notices(struct out *, const struct desired *, const struct plan *); /* "notices": [text] */

/* Parts of render_plan_json(). */
void out_agent_plan(struct out *, const char *key, const struct render *,
                    const struct agent_plan *);
void out_step(struct out *, const struct step *);
void out_summary(struct out *, const struct plan *); /* key "summary" */

/* One page that closes a plan. */
struct tally {
    size_t replace, update, live, create, start, remove, underway, held, orphans, in_sync;
    size_t calls_cut;
    bool cut_unknown; /* calls may be cut, and nobody knows how many */
    bool cut_late;    /* calls that outlast their drain timeout will be */
};
struct tally tally_make(const struct plan *);
const char *const *verdict_words(void); /* "in_sync", "replace", … by enum verdict */

/* An agent whose containers are as asked for may still have something to clear away: it is not in
 * sync then, but under way. */
enum verdict verdict_of(const struct agent_plan *);

/* Why an agent that is_left_alone() is, and what a person can do.  `advice` may be NULL. */
struct held {
    const char *kind, *why, *advice;
    const char *at;   /* place, or NULL */
    int64_t until_ms; /* when a timer ends it; 0: none does */
};
struct held held_make(struct arena *, const struct agent_plan *);
/* "…; next try in 3m08s" with the time on the clock, where it ends at some. */
const char *why_until(struct arena *, const struct render *, const char *why, int64_t until_ms);
bool is_left_alone(const struct agent_plan *); /* held, or an orphan that is kept */

/* The orders that stand for the agent, a sentence each. */
struct sentences {
    const char *const *items;
    size_t n;
};
struct sentences orders_said(struct arena *, const struct render *, const struct agent *);
struct out;
void orders_out(struct out *, const struct render *, const struct agent *); /* key "orders" */

/* Lines that differ, for values of several lines. */
enum line_kind { LINE_SAME, LINE_OLD, LINE_NEW };
struct line_edit {
    enum line_kind kind;
    const char *text;
};
struct line_edits {
    const struct line_edit *items;
    size_t n, n_old, n_new; /* removed and added lines */
    size_t total;           /* lines of the new text, of the old one if there is no new */
};
struct line_edits line_edits_make(struct arena *, const char *have, const char *want);

#endif

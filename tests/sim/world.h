/* world.h - a small true world for the planner to be tried against: containers, images that are
 * good or bad, calls that come and go, and a controller that may be killed after any step.
 *
 * The planner sees only what a real one would see (struct observed); the world knows the truth and
 * checks the invariants after every step. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "core/model.h"
#include "core/outage.h"

enum { MAX_BOXES = 48, MAX_CALLS = 16, MAX_TRIALS = 64, MAX_GENERATIONS = 6 };

#define SIM_AGENT "7d1c0a52-3f5e-4b4e-9a57-1f2f3a4b5c6d"

enum witnesses { SEE_SOCKETS = 1, SEE_ROWS = 2 };

struct sim_call {
    bool live;
    int64_t began_ms, ends_ms;
    const char *box_id[ROLE__N]; /* the boxes it talks to; NULL: none of this role */
    const char *sent_to;         /* as the controller heard; NULL: by name, or it does not know */
    bool heard;                  /* by this life of the controller */
    int trial;                   /* index of its trial, -1: it is none */
    unsigned id;
};

struct sim_box {
    struct box box;
    enum role role;
    int generation; /* which wish it was created from */
    bool was_good;  /* has been ready at least once */
    bool stranger;  /* of another agent: no step may ever name it */
    bool hidden;    /* somebody gave it a name that is not ours: the planner does not see it */
};

struct scenario {
    const char *name;
    bool pipeline, core_too; /* core_too: core's settings change as well */
    bool stop_first;
    unsigned witnesses;
    unsigned bad;        /* bit g: generation g never becomes ready */
    unsigned late_bad;   /* bit g: generation g dies a while after it became ready */
    bool late_llm;       /* late_bad is the llm's alone: the rest of that generation is good */
    bool late_own;       /* and only once core and all it dials have settled */
    unsigned stopped;    /* bit g: generation g is the wish that the agent be stopped */
    unsigned other_mode; /* bit g: generation g has the other mode, sts or pipeline */
    bool two_networks;   /* asked for from generation 1 on */
    bool exits;          /* what is bad exits at once, instead of never answering */
    bool remembers;      /* what generation 0 was made from is remembered as good */
    bool canary;         /* asked for: two calls of every second that comes in */
    unsigned ill;        /* bit g: calls on generation g meet errors */
    bool wild;           /* it may begin in any state and people interfere: see world_step() */
};

struct world {
    struct arena *arena;
    const struct scenario *scenario;
    struct desired desired[MAX_GENERATIONS]; /* what is asked for, by generation */
    int asked;                               /* the generation asked for now */
    struct digest_key key;
    struct sim_box boxes[MAX_BOXES];
    size_t n_boxes;
    unsigned created;
    struct sim_call calls[MAX_CALLS];
    struct heard_trial trials[MAX_TRIALS];
    int n_trials;
    unsigned n_calls; /* that came in */
    bool asks;        /* core's webhooks came in, in this life of the controller */
    int64_t listens_ms;
    int64_t now_ms;
    unsigned steps, cut, gaps, failed_starts, cut_by_death;
    const char *violation; /* NULL: none so far */
    struct outage outage;  /* of the engine: the controller listens to it */
    bool engine_dies;      /* during the next step that would notice */
    struct generations last_good;
    const char *foreign; /* a name that a container which is not ours holds; NULL: none */
    unsigned unserved;   /* bit r: our own step freed the name of role r; the next one fills it */
    bool trace;
};

void world_make(struct world *, struct arena *, const struct scenario *);

/* An agent that AVR created and that serves: generation 0 of every role. */
void world_adopt(struct world *);

/* A copy in the same arena, to try another future. */
void world_copy(struct world *to, const struct world *from);

/* Asks the planner and does what it says.  False: it says NOTHING or HOLD.  Checked after each
 * step: every role has somebody able to serve; in a wild world, where that may not be so to begin
 * with, that no step of ours takes away what serves. */
bool world_step(struct world *, struct step *ret);

/* The controller is killed: whatever it found out by probing and counting is gone. */
void world_crash(struct world *);

/* A call comes in now, for this long. */
void world_call(struct world *, int64_t length_ms);
void world_end_call(struct world *, struct sim_call *);

/* The parts of it, for whoever disturbs it (disturb.h). */
bool world_uses(const struct scenario *, int generation, enum role);
bool world_changes(const struct scenario *, enum role); /* from one generation to the next */
void world_wish(struct world *, int generation);        /* makes desired[generation] */
struct sim_box *world_named(struct world *, const char *name);
struct sim_box *world_find(struct world *, const char *id);
/* Whom this core reaches by its address of the role; NULL: nobody. */
struct sim_box *world_dialled(struct world *, const struct box *core, enum role);
const char *world_name(struct world *, enum role); /* canonical */
struct observed world_observe(struct world *, struct arena *);
void world_drop_calls(struct world *, const char *box_id); /* by nobody of ours */
void world_pass_time(struct world *, int64_t ms);
bool world_is_bad(const struct world *, const struct sim_box *);
void world_violate(struct world *, const char *what);

/* Everything ends with it, and nothing is started again by it. */
void world_restart_engine(struct world *);

/* At rest core must reach whoever serves; NULL: it does. */
const char *world_check_dials(struct world *);

/* After it came to rest with good intentions: checks that it is where it should be. */
void world_check_rest(struct world *, const struct step *last);

#endif

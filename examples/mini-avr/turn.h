#ifndef MINI_TURN_H
#define MINI_TURN_H

/*
 * One turn of a pipeline call: audio to asr, its text to llm, the answer to
 * tts.  Each step is one HTTP request on a fresh connection, so each name is
 * looked up anew at every turn.
 */

#include "buffer.h"
#include "call.h"

#include <stdbool.h>

/* The connectors' addresses, complete with their paths. */
struct turn_urls {
    char asr[1024];
    char llm[1024];
    char tts[1024];
};

/* Read the addresses from the environment; false unless all three are set. */
bool turn_find_urls(struct turn_urls *ret_urls);

/*
 * Run one turn on the audio; the speech is appended to speech.  Says what was
 * recognised and answered through call_transcribe.  0, or -1 after logging.
 */
int turn_run(struct call *call, const struct turn_urls *urls, const struct buffer *audio,
             struct buffer *speech);

#endif

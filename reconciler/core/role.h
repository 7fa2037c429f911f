/* role.h - the parts an agent is made of, and the words for them. */
#ifndef CORE_ROLE_H
#define CORE_ROLE_H

#include <stdbool.h>

/* In start order: core dials the others, so it comes last. */
enum role { ROLE_STS, ROLE_ASR, ROLE_LLM, ROLE_TTS, ROLE_CORE, ROLE__N };

extern const char *const role_name[ROLE__N];  /* "sts", … */
extern const char *const role_upper[ROLE__N]; /* "STS", …: AVR's provider.type and env names */

/* Core and sts hold a connection for the length of a call; asr, llm and tts are asked turn by turn,
 * by core. */
bool role_holds_calls(enum role);

#endif

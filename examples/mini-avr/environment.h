#ifndef MINI_ENVIRONMENT_H
#define MINI_ENVIRONMENT_H

/*
 * Reading environment variables the way AVR's containers receive them: an
 * unset variable of the host arrives as the text "undefined" (or "null"), and
 * must count as unset.
 */

#include <stdbool.h>
#include <stdint.h>

/* The value of a variable, or NULL when it is unset, empty, "undefined" or "null". */
const char *env_text(const char *name);

/* Is the variable set to 1? */
bool env_is_on(const char *name);

/* The value as a number of 0 to maximum, or fallback when it is unset or no such number. */
unsigned env_number(const char *name, unsigned fallback, unsigned maximum);

/* The value as a port number, or fallback. */
uint16_t env_port(const char *name, uint16_t fallback);

/* Does text mean "nothing was set"? */
bool env_means_unset(const char *text);

#endif

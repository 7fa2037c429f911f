#ifndef MINI_UUID_H
#define MINI_UUID_H

/* Call ids: 16 bytes on the AudioSocket, 36 lower-case characters everywhere else. */

#include <stdbool.h>

enum { UUID_BYTES = 16, UUID_TEXT_SIZE = 37 };

/* Write the bytes as text. */
void uuid_format(const unsigned char bytes[static UUID_BYTES], char text[static UUID_TEXT_SIZE]);

/* Read text of either case; false when it is no UUID. */
bool uuid_parse(const char *text, unsigned char bytes[static UUID_BYTES]);

/* A new random one (version 4). */
void uuid_random(unsigned char bytes[static UUID_BYTES]);

#endif

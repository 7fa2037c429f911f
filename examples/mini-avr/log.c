#include "log.h"

#include <stdarg.h>
#include <stdio.h>

void log_start(void)
{
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
}

void log_line(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    flockfile(stdout);
    vprintf(format, arguments);
    putchar('\n');
    fflush(stdout);
    funlockfile(stdout);
    va_end(arguments);
}

void log_quote(struct buffer *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        buffer_append(out, c < 0x20 || c == 0x7f ? " " : &text[i], 1);
    }
}

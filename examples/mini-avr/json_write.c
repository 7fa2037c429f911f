#include "json.h"

void json_quote(struct buffer *out, const char *text, size_t length)
{
    buffer_append(out, "\"", 1);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20)
            buffer_format(out, "\\u%04x", c);
        else if (c == '"' || c == '\\')
            buffer_format(out, "\\%c", c);
        else
            buffer_append(out, &text[i], 1);
    }
    buffer_append(out, "\"", 1);
}

#include "environment.h"

#include <stdlib.h>
#include <string.h>

bool env_means_unset(const char *text)
{
    return text == NULL || text[0] == '\0' || strcmp(text, "undefined") == 0 ||
           strcmp(text, "null") == 0;
}

const char *env_text(const char *name)
{
    const char *value = getenv(name);
    return env_means_unset(value) ? NULL : value;
}

bool env_is_on(const char *name)
{
    const char *value = env_text(name);
    return value != NULL && strcmp(value, "1") == 0;
}

unsigned env_number(const char *name, unsigned fallback, unsigned maximum)
{
    const char *value = env_text(name);
    if (value == NULL || value[0] < '0' || value[0] > '9')
        return fallback;
    char *end;
    unsigned long number = strtoul(value, &end, 10);
    return *end != '\0' || number > maximum ? fallback : (unsigned)number;
}

uint16_t env_port(const char *name, uint16_t fallback)
{
    unsigned port = env_number(name, fallback, UINT16_MAX);
    return port == 0 ? fallback : (uint16_t)port;
}

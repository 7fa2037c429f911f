#include "url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse_authority(const char *text, size_t length, uint16_t default_port, struct url *url)
{
    const char *colon = memchr(text, ':', length);
    size_t host_length = colon == NULL ? length : (size_t)(colon - text);
    if (host_length == 0 || host_length >= sizeof(url->host))
        return false;
    for (size_t i = 0; i < host_length; i++)
        if (text[i] <= ' ' || text[i] > '~' || strchr("@[]\\\"<>", text[i]) != NULL)
            return false;
    memcpy(url->host, text, host_length);
    url->host[host_length] = '\0';
    url->port = default_port;
    if (colon == NULL)
        return default_port != 0;
    char *end;
    unsigned long port = strtoul(colon + 1, &end, 10);
    url->port = (uint16_t)port;
    return colon[1] >= '0' && colon[1] <= '9' && end == text + length && port > 0 &&
           port <= UINT16_MAX;
}

static bool parse_path(const char *text, struct url *url)
{
    for (const char *at = text; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~')
            return false;
    int length = snprintf(url->path, sizeof(url->path), "%s%s", text[0] == '/' ? "" : "/", text);
    return length > 0 && (size_t)length < sizeof(url->path);
}

bool url_parse(const char *text, struct url *ret_url)
{
    size_t scheme = 0;
    if (strncmp(text, "http://", 7) == 0)
        scheme = 7;
    else if (strncmp(text, "ws://", 5) == 0)
        scheme = 5;
    else
        return false;
    ret_url->is_websocket = scheme == 5;
    text += scheme;
    size_t length = strcspn(text, "/?#");
    return parse_authority(text, length, 80, ret_url) && parse_path(text + length, ret_url);
}

bool url_parse_endpoint(const char *text, struct url *ret_url)
{
    ret_url->is_websocket = false;
    return parse_authority(text, strlen(text), 0, ret_url) && parse_path("", ret_url);
}

/*
 * Serves GET /internal/providers/{id}/config from $CONFIG_DIR/{id}.json, read
 * at every request, so a change shows at the next call.
 */

#include "environment.h"
#include "http_server.h"
#include "json.h"
#include "log.h"
#include "role.h"

#include <stdio.h>
#include <string.h>

enum { DEFAULT_PORT = 3001, MAX_FILE = 256 * 1024, MAX_ID = 64 };

/* Find {id} in the path; only plain characters, so that it cannot leave the directory. */
static bool parse_path(const char *path, char id[static MAX_ID + 1])
{
    static const char start[] = "/internal/providers/", end[] = "/config";
    if (strncmp(path, start, sizeof(start) - 1) != 0)
        return false;
    path += sizeof(start) - 1;
    size_t length =
        strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
    if (length == 0 || length > MAX_ID || strcmp(path + length, end) != 0)
        return false;
    memcpy(id, path, length);
    id[length] = '\0';
    return true;
}

static bool read_file(const char *path, struct buffer *content)
{
    char piece[4096];
    size_t count;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    while ((count = fread(piece, 1, sizeof(piece), file)) > 0)
        buffer_append(content, piece, count);
    bool is_whole = ferror(file) == 0 && !content->overflowed;
    fclose(file);
    return is_whole;
}

static void answer(struct http_exchange *exchange, void *context)
{
    const char *directory = context;
    char id[MAX_ID + 1], path[1024];
    struct buffer content;
    buffer_init(&content, MAX_FILE);
    bool is_known = strcmp(exchange->method, "GET") == 0 && parse_path(exchange->path, id);
    if (is_known) {
        int length = snprintf(path, sizeof(path), "%s/%s.json", directory, id);
        is_known = length > 0 && (size_t)length < sizeof(path) && read_file(path, &content);
    }
    if (is_known)
        http_reply(exchange, 200, buffer_cstr(&content));
    else
        http_reply(exchange, 404, "{\"status\":\"no such provider\"}");
    buffer_free(&content);
}

int role_config(int argc, char **argv)
{
    static char here[] = ".";
    const char *directory = env_text("CONFIG_DIR");
    (void)argc;
    (void)argv;
    if (directory == NULL)
        log_line("CONFIG_DIR is not set: serving the current directory");
    return http_serve(env_port("PORT", DEFAULT_PORT), answer,
                      directory == NULL ? here : (void *)(uintptr_t)directory);
}

#include <string.h>

#include "base/text.h"
#include "engine/docker.h"
#include "engine/harmless.h"

/* One line of a pull: {"status": …}, {"error": …, "errorDetail": {"message": …}}.  A long pull has
 * tens of thousands of them, so nothing of a line stays in the caller's arena. */
int docker_pull_line(const char *line, size_t len, struct err *err)
{
    CLEANUP_ARENA struct arena *a = arena_new();

    if (strspn(line, " \t\r\n") >= len)
        return 0;
    const cJSON *body = json_parse(a, line, len, err);
    if (!cJSON_IsObject(body))
        return err_set(err, ERR_TRANSIENT, "pull: a line of the answer is not JSON");

    const cJSON *error = json_get(body, "error"), *detail = json_get(body, "errorDetail");
    if ((!error || cJSON_IsNull(error)) && (!detail || cJSON_IsNull(detail)))
        return 0;
    const char *text = json_text(detail, "message");
    if (!text)
        text = cJSON_GetStringValue(error);
    const char *sentence = text ? harmless_sentence(a, text, strlen(text), 400) : "";
    return err_set(err, docker_registry_code(sentence, ERR_TRANSIENT), "pull: %s",
                   *sentence ? sentence : "failed without a reason");
}

int docker_read_pull(const char *body, size_t len, struct err *err)
{
    while (len) {
        const char *newline = memchr(body, '\n', len);
        size_t n = newline ? (size_t)(newline - body) + 1 : len;

        if (docker_pull_line(body, n, err))
            return -1;
        body += n;
        len -= n;
    }
    return 0;
}

/* A frame: stream number, three zero bytes, the length in big endian, then the text. */
enum { FRAME_HEAD = 8 };

static bool is_frame(const char *s, size_t len)
{
    return len >= FRAME_HEAD && (unsigned char)s[0] <= 2 && !s[1] && !s[2] && !s[3];
}

static size_t frame_len(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    return (size_t)u[4] << 24 | (size_t)u[5] << 16 | (size_t)u[6] << 8 | u[7];
}

/* A container with a terminal sends plain text, any other one frames; API 1.41 does not say
 * which, but text does not begin with such bytes. */
const char *docker_read_logs(struct arena *a, const char *body, size_t len)
{
    struct text t = {.arena = a};

    while (is_frame(body, len)) {
        size_t n = frame_len(body), left = len - FRAME_HEAD;
        n = n < left ? n : left;
        text_add_n(&t, body + FRAME_HEAD, n);
        body += FRAME_HEAD + n;
        len = left - n;
    }
    text_add_n(&t, body, len);
    return harmless_lines(a, text_str(&t), t.len);
}

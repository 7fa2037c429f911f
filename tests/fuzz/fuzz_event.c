#include "fuzz/decoder.h"

static void must_be_text(const char *s)
{
    must(s && strlen(s) <= 1024 && !strpbrk(s, "\n\r\t\x1b"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const char *line = arena_strndup(a, (const char *)data, size);
    struct engine_event e;
    struct err err = {0};

    if (docker_driver.event_line(line, size, a, &e, &err)) {
        must(err.code == ERR_TRANSIENT && err.text[0]);
        return 0;
    }
    must((unsigned)e.action < ACTION__N && engine_action_text(e.action));
    must(e.exit_code >= -1 && e.exit_code <= 255 && e.time_ns >= 0);
    must_be_text(e.id);
    must_be_text(e.name);
    must_be_text(e.old_name);
    must_be_text(e.agent_name);
    must_be_text(e.image);
    return 0;
}

/* The spec reader, fed with any bytes: it never crashes, and says either what it read or what is
 * wrong.  Every error must be fit to print: one line of UTF-8 with a place. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "source/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *get_variable(void *ctx, const char *name)
{
    (void)ctx;
    return strcmp(name, "HOME") == 0 ? "/home/avr" : strcmp(name, "A") == 0 ? "value" : NULL;
}

static void require(int holds)
{
    if (!holds)
        abort();
}

static int is_printable(const char *s)
{
    for (const char *c = s; *c; c++)
        if ((unsigned char)*c < 0x20 && *c != '\t')
            return 0;
    return text_is_utf8(s, strlen(s));
}

static void check_errors(struct arena *a, const struct spec_errors *errors)
{
    require(errors->n > 0);
    for (size_t i = 0; i < errors->n; i++) {
        const struct spec_error *e = &errors->items[i];
        require(e->length >= 1);
        require(is_printable(e->text));
        require(!e->hint || is_printable(e->hint));
        require(!e->line_text || is_printable(e->line_text));
        require(text_is_utf8(spec_error_text(a, e), strlen(spec_error_text(a, e))));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const struct spec_env env = {get_variable, NULL};
    struct spec_errors errors = {0};
    struct spec spec;
    int fd = memfd_create("spec", MFD_CLOEXEC);

    require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    const char *path = arena_printf(a, "/proc/self/fd/%d", fd);
    if (spec_read(a, &path, 1, &env, &spec, &errors) < 0)
        check_errors(a, &errors);
    close(fd);
    return 0;
}

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>

#include "cli/cmd.h"

static const char *get(void *ctx, const char *name)
{
    (void)ctx;
    return getenv(name);
}

int main(int argc, char **argv)
{
    struct spec_env env = {.get = get};

    mallopt(M_TRIM_THRESHOLD, 1 << 20); /* or the memory of each answer is given back and fetched */
    signal(SIGPIPE, SIG_IGN);           /* a closed pipe is a write error, with a sentence */
    return (int)cli_main(argc, argv, &env, stdout, stderr);
}

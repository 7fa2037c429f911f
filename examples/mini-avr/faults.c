/* Programs that fail in the ways containers fail. */

#include "environment.h"
#include "log.h"
#include "role.h"

#include <unistd.h>

int role_exit(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    log_line("cannot start: bad key");
    return (int)env_number("EXIT_CODE", 1, 255);
}

int role_deaf(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    for (;;)
        pause();
}

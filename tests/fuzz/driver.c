/* driver.c - runs a fuzz target over files and folders of files, for compilers without libFuzzer.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz/fuzz.h"

static unsigned long runs;

/* The input is a block of exactly its size, so that AddressSanitizer sees a read behind it. */
static int run_file(const char *path)
{
    struct stat st;
    FILE *f = fopen(path, "rb");

    if (!f || fstat(fileno(f), &st)) {
        perror(path);
        return 1;
    }
    size_t size = (size_t)st.st_size;
    uint8_t *data = malloc(size ? size : 1);
    int bad = !data || fread(data, 1, size, f) != size;
    fclose(f);
    if (!bad) {
        LLVMFuzzerTestOneInput(data, size);
        runs++;
    }
    free(data);
    return bad;
}

static int run(const char *path)
{
    struct dirent *entry;
    struct stat st;
    int bad = 0;

    if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
        return run_file(path);
    DIR *dir = opendir(path);
    if (!dir) {
        perror(path);
        return 1;
    }
    while ((entry = readdir(dir))) {
        char name[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        bad |= run(name);
    }
    closedir(dir);
    return bad;
}

int main(int argc, char **argv)
{
    int bad = 0;

    for (int i = 1; i < argc; i++)
        bad |= run(argv[i]);
    printf("%lu inputs\n", runs);
    return bad || runs == 0;
}

/* floor - makes given requests to an engine with libcurl and does nothing with the answers: what
 * nobody who asks the same can undercut.
 *
 * Usage: floor get SOCKET CONNECTIONS LIST
 *        floor replace SOCKET NAME OLD-ID TAG BODY
 *
 * get: LIST has a line "GET PATH" for each request; a blank line means that all before it must be
 * answered first.  Connections are kept.
 * replace: creates a container from BODY, starts it, gives it the old one's name, stops and removes
 * the old one: six requests one after the other.  Prints the milliseconds of each. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_CONNECTIONS = 64, ID_LENGTH = 64 };

static void die(const char *what, const char *about)
{
    fprintf(stderr, "floor: %s: %s\n", what, about);
    exit(1);
}

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* --- answers --------------------------------------------------------------------------------- */

struct answer { /* its first bytes, for an id or an error message */
    char text[1024];
    size_t n;
};

static size_t on_body(char *s, size_t size, size_t n, void *ctx)
{
    struct answer *answer = ctx;
    size_t room = sizeof answer->text - 1 - answer->n;
    size_t kept = size * n < room ? size * n : room;

    memcpy(answer->text + answer->n, s, kept);
    answer->n += kept;
    answer->text[answer->n] = '\0';
    return size * n;
}

struct handle {
    CURL *easy;
    struct answer answer;
};

static void open_handle(struct handle *h, const char *socket)
{
    h->easy = curl_easy_init();
    if (!h->easy)
        die("curl_easy_init", "no memory");
    curl_easy_setopt(h->easy, CURLOPT_UNIX_SOCKET_PATH, socket);
    curl_easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(h->easy, CURLOPT_WRITEDATA, &h->answer);
    curl_easy_setopt(h->easy, CURLOPT_PRIVATE, h);
    curl_easy_setopt(h->easy, CURLOPT_NOSIGNAL, 1L);
}

static void set_path(struct handle *h, const char *path)
{
    char url[4200];

    snprintf(url, sizeof url, "http://localhost%s", path);
    curl_easy_setopt(h->easy, CURLOPT_URL, url);
    h->answer.n = 0;
    h->answer.text[0] = '\0';
}

static void check(struct handle *h, CURLcode code, const char *what)
{
    long status = 0;

    if (code != CURLE_OK)
        die(what, curl_easy_strerror(code));
    curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 400 && status != 404) /* an image that is not there is an answer */
        die(what, h->answer.text);
}

/* --- get ------------------------------------------------------------------------------------- */

struct getter {
    CURLM *multi;
    struct handle handles[MAX_CONNECTIONS];
    struct handle *idle[MAX_CONNECTIONS];
    size_t n_idle, n_running;
};

/* Waits until one more is idle than now, at least. */
static void wait_one(struct getter *g)
{
    size_t before = g->n_running;
    int running, left;

    while (g->n_running == before) {
        CURLMsg *message;
        if (curl_multi_perform(g->multi, &running) != CURLM_OK)
            die("curl_multi_perform", "failed");
        while ((message = curl_multi_info_read(g->multi, &left))) {
            CURL *easy = message->easy_handle;
            CURLcode code = message->data.result;
            struct handle *h;
            curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&h);
            check(h, code, "GET");
            curl_multi_remove_handle(g->multi, easy);
            g->idle[g->n_idle++] = h;
            g->n_running--;
        }
        if (g->n_running == before)
            curl_multi_poll(g->multi, NULL, 0, 10000, NULL);
    }
}

static void get(struct getter *g, const char *path)
{
    while (!g->n_idle)
        wait_one(g);
    struct handle *h = g->idle[--g->n_idle];
    set_path(h, path);
    curl_multi_add_handle(g->multi, h->easy);
    g->n_running++;
}

static int get_all(const char *socket, size_t connections, const char *list)
{
    struct getter g = {.multi = curl_multi_init()};
    FILE *file = fopen(list, "re");
    char line[4000];

    if (!file || !g.multi)
        die(list, "cannot be read");
    curl_multi_setopt(g.multi, CURLMOPT_MAXCONNECTS, (long)connections);
    for (size_t i = 0; i < connections; i++) {
        open_handle(&g.handles[i], socket);
        g.idle[g.n_idle++] = &g.handles[i];
    }
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "GET ", 4) == 0)
            get(&g, line + 4);
        else if (*line)
            die("not a GET", line);
        while (!*line && g.n_running)
            wait_one(&g);
    }
    fclose(file);
    while (g.n_running)
        wait_one(&g);
    for (size_t i = 0; i < connections; i++)
        curl_easy_cleanup(g.handles[i].easy);
    curl_multi_cleanup(g.multi);
    return 0;
}

/* --- replace --------------------------------------------------------------------------------- */

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = calloc(1, 1 << 20);

    if (!file || !text)
        die(path, "cannot be read");
    size_t n = fread(text, 1, (1 << 20) - 1, file);
    text[n] = '\0';
    fclose(file);
    return text;
}

static void ask(struct handle *h, const char *what, const char *method, const char *body,
                const char *path)
{
    double begun = now_ms();

    set_path(h, path);
    curl_easy_setopt(h->easy, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(h->easy, CURLOPT_POSTFIELDS, body);
    check(h, curl_easy_perform(h->easy), what);
    printf("%s\t%.2f\n", what, now_ms() - begun);
}

static void find_id(const struct answer *answer, char id[static ID_LENGTH + 1])
{
    const char *at = strstr(answer->text, "\"Id\":\"");

    if (!at || strlen(at) < 6 + ID_LENGTH)
        die("no id in the answer", answer->text);
    memcpy(id, at + 6, ID_LENGTH);
    id[ID_LENGTH] = '\0';
}

static int replace(const char *socket, const char *name, const char *old, const char *tag,
                   const char *body_file)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    struct handle h = {0};
    char *body = read_file(body_file), id[ID_LENGTH + 1], path[1024];

    open_handle(&h, socket);
    curl_easy_setopt(h.easy, CURLOPT_HTTPHEADER, headers);
    snprintf(path, sizeof path, "/containers/create?name=avrd-next-%s", tag);
    ask(&h, "create", "POST", body, path);
    find_id(&h.answer, id);
    snprintf(path, sizeof path, "/containers/%s/start", id);
    ask(&h, "start", "POST", "", path);
    snprintf(path, sizeof path, "/containers/%s/rename?name=avrd-drain-%s", old, tag);
    ask(&h, "rename", "POST", "", path);
    snprintf(path, sizeof path, "/containers/%s/rename?name=%s", id, name);
    ask(&h, "rename", "POST", "", path);
    snprintf(path, sizeof path, "/containers/%s/stop", old);
    ask(&h, "stop", "POST", "", path);
    snprintf(path, sizeof path, "/containers/%s?v=1", old);
    ask(&h, "remove", "DELETE", "", path);
    curl_easy_cleanup(h.easy);
    curl_slist_free_all(headers);
    free(body);
    return 0;
}

int main(int argc, char **argv)
{
    if (curl_global_init(CURL_GLOBAL_ALL))
        die("curl_global_init", "failed");
    if (argc == 5 && strcmp(argv[1], "get") == 0) {
        size_t connections = strtoul(argv[3], NULL, 10);
        if (connections >= 1 && connections <= MAX_CONNECTIONS)
            return get_all(argv[2], connections, argv[4]);
    }
    if (argc == 7 && strcmp(argv[1], "replace") == 0)
        return replace(argv[2], argv[3], argv[4], argv[5], argv[6]);
    fprintf(stderr, "usage: floor get SOCKET CONNECTIONS LIST\n"
                    "       floor replace SOCKET NAME OLD-ID TAG BODY\n");
    return 64;
}

/* The place where the service listens, who has it, and who may come in. */
#include "link/link_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "link/control_peer.h"
#include "link/control_socket.h"

enum { NOBODY = 65534, SOME_GROUP = 54321 };

static unsigned mode_of(const char *path)
{
    struct stat st;

    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode & 07777;
}

static void modes_do_not_depend_on_the_umask(void **state)
{
    static const mode_t masks[] = {0, 022, 077};
    struct stage *p = *state;
    struct control_socket s;
    struct err err;

    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        mode_t before = umask(masks[i]);
        assert_int_equal(control_socket_open(p->path, &s, &err), 0);
        umask(before);
        assert_int_equal(mode_of(p->path), 0660);
        assert_int_equal(mode_of(arena_printf(p->arena, "%s/run", p->folder)), 0755);
        control_socket_close(&s);
        assert_int_equal(access(p->path, F_OK), -1);
        stage_teardown(state);
        stage_setup(state);
        p = *state;
    }
}

static void a_folder_that_is_there_keeps_its_mode(void **state)
{
    struct stage *p = *state;
    const char *folder = arena_printf(p->arena, "%s/run", p->folder);
    struct control_socket s;
    struct err err;

    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(control_socket_open(p->path, &s, &err), 0);
    assert_int_equal(mode_of(folder), 0700);
    control_socket_close(&s);
}

static void impossible_paths_have_their_sentence(void **state)
{
    struct stage *p = *state;
    struct control_socket s;
    struct err err;

    assert_int_equal(control_socket_open("", &s, &err), -1);
    assert_contains(err.text, "empty");
    const char *path = arena_printf(p->arena, "%s/%0120d", p->folder, 7);
    assert_int_equal(control_socket_open(path, &s, &err), -1);
    assert_int_equal(err.code, ERR_INVALID);
    assert_contains(err.text, "the kernel takes 107");
    path = arena_printf(p->arena, "%s/a/b/control.sock", p->folder);
    assert_int_equal(control_socket_open(path, &s, &err), -1);
    assert_contains(err.text, "cannot make the folder");
}

static void a_file_is_left_alone(void **state)
{
    struct stage *p = *state;
    struct control_socket s;
    struct err err;

    assert_int_equal(mkdir(arena_printf(p->arena, "%s/run", p->folder), 0755), 0);
    int fd = open(p->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(control_socket_open(p->path, &s, &err), -1);
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_contains(err.text, "is no socket");
    assert_int_equal(access(p->path, F_OK), 0);
}

static void the_second_service_steals_nothing(void **state)
{
    struct stage *p = *state;
    struct control_socket first, second;
    struct err err;

    assert_int_equal(control_socket_open(p->path, &first, &err), 0);
    assert_int_equal(control_socket_open(p->path, &second, &err), -1);
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_contains(err.text, "another service already runs");
    close(connect_to(p->path));
    /* Nor if the first one lost its socket: it may be in the middle of making a new one. */
    unlink(p->path);
    assert_int_equal(control_socket_open(p->path, &second, &err), -1);
    control_socket_close(&first);
    assert_int_equal(control_socket_open(p->path, &second, &err), 0);
    control_socket_close(&second);
}

/* Not one of ours, so it has no lock; full as well: whoever waits at it is not refused. */
static void a_socket_that_answers_is_never_removed(void **state)
{
    struct stage *p = *state;
    struct sockaddr_un address;
    struct control_socket s;
    struct err err;
    int waiting[4], n = 0;

    assert_int_equal(mkdir(arena_printf(p->arena, "%s/run", p->folder), 0755), 0);
    assert_int_equal(control_address(p->path, &address, &err), 0);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 0), 0);
    for (; n < 4; n++) {
        waiting[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (connect(waiting[n], (struct sockaddr *)&address, sizeof address) < 0)
            break;
        assert_int_equal(control_socket_open(p->path, &s, &err), -1);
        assert_int_equal(err.code, ERR_CONFLICT);
    }
    assert_true(n < 4); /* it was full */
    assert_int_equal(control_socket_open(p->path, &s, &err), -1);
    assert_int_equal(access(p->path, F_OK), 0);
    for (; n >= 0; n--)
        close(waiting[n]);
    close(fd);
}

static void who_was_killed_leaves_a_socket_to_take_over(void **state)
{
    struct stage *p = *state;
    struct control_socket s;
    struct err err;
    int ready[2], status;
    char byte;

    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (control_socket_open(p->path, &s, &err) == 0 && write(ready[1], "", 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(control_socket_open(p->path, &s, &err), -1);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(access(p->path, F_OK), 0);
    assert_int_equal(control_socket_open(p->path, &s, &err), 0);
    close(connect_to(p->path));
    control_socket_close(&s);
    close(ready[0]);
    close(ready[1]);
}

static void somebody_elses_socket_is_not_removed_at_the_end(void **state)
{
    struct stage *p = *state;
    struct control_socket s;
    struct err err;

    assert_int_equal(control_socket_open(p->path, &s, &err), 0);
    assert_int_equal(rename(p->path, arena_printf(p->arena, "%s/moved", p->folder)), 0);
    int fd = open(p->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    control_socket_close(&s);
    assert_int_equal(access(p->path, F_OK), 0);
    unlink(arena_printf(p->arena, "%s/moved", p->folder));
}

/* What the check says of a client with this user and these groups. */
static int check_as(const struct control_socket *s, uid_t uid, gid_t gid, size_t n_groups,
                    const gid_t *groups, struct err *err)
{
    struct sockaddr_un address = s->address;
    int status;

    pid_t child = fork();
    if (child == 0) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        char byte;
        if (setgroups(n_groups, groups) == 0 && setresgid(gid, gid, gid) == 0 &&
            setresuid(uid, uid, uid) == 0 &&
            connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
            _exit(recv(fd, &byte, 1, 0) == 0 ? 0 : 1);
        _exit(errno == EACCES ? 13 : 1);
    }
    int fd = -1;
    while (fd < 0 && waitpid(child, &status, WNOHANG) == 0)
        fd = accept(s->fd, NULL, NULL);
    if (fd < 0) {
        assert_int_equal(WEXITSTATUS(status), 13);
        return err_set(err, ERR_DENIED, "the kernel refuses");
    }
    int ok = control_peer_check(fd, control_socket_group(s), err);
    close(fd);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 0);
    return ok;
}

static void strangers_stay_outside(void **state)
{
    const gid_t many[] = {7, SOME_GROUP, 9}, others[] = {7, 9};
    struct stage *p = *state;
    struct control_socket s;
    struct err err;

    if (geteuid() != 0) {
        print_message("SKIPPED: only root can be somebody else\n");
        skip();
    }
    assert_int_equal(chmod(p->folder, 0755), 0);
    assert_int_equal(control_socket_open(p->path, &s, &err), 0);
    /* The mode keeps them out, and where somebody widened it the check does. */
    assert_int_equal(check_as(&s, NOBODY, NOBODY, 0, NULL, &err), -1);
    assert_string_equal(err.text, "the kernel refuses");
    assert_int_equal(chmod(p->path, 0666), 0);
    assert_int_equal(check_as(&s, NOBODY, NOBODY, 0, NULL, &err), -1);
    assert_contains(err.text, "user 65534 may not talk to the service");
    assert_int_equal(check_as(&s, NOBODY, NOBODY, 2, others, &err), -1);
    assert_int_equal(check_as(&s, 0, 0, 0, NULL, &err), 0);
    /* A group is let in as soon as the socket is given to it, and not before. */
    assert_int_equal(check_as(&s, NOBODY, NOBODY, 3, many, &err), -1);
    assert_int_equal(chown(p->path, (uid_t)-1, SOME_GROUP), 0);
    assert_int_equal(check_as(&s, NOBODY, NOBODY, 3, many, &err), 0);
    assert_int_equal(check_as(&s, NOBODY, SOME_GROUP, 0, NULL, &err), 0);
    assert_int_equal(check_as(&s, NOBODY, NOBODY, 2, others, &err), -1);
    /* The service's own user, when that is not root. */
    assert_int_equal(seteuid(NOBODY), 0);
    int own = 0;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    own = control_peer_check(pair[0], SOME_GROUP, &err);
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(own, 0);
    close(pair[0]);
    close(pair[1]);
    control_socket_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(modes_do_not_depend_on_the_umask),
        TEST(a_folder_that_is_there_keeps_its_mode),
        TEST(impossible_paths_have_their_sentence),
        TEST(a_file_is_left_alone),
        TEST(the_second_service_steals_nothing),
        TEST(a_socket_that_answers_is_never_removed),
        TEST(who_was_killed_leaves_a_socket_to_take_over),
        TEST(somebody_elses_socket_is_not_removed_at_the_end),
        TEST(strangers_stay_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Stands between a program and the files below one folder, for tests of what a crash or a failing
 * disk leaves behind. Loaded through LD_PRELOAD; takes itself out of the environment, so that child
 * processes run without it.
 *
 * Counts the calls that change a file: writes, truncations, renames, removals and syncs. What is
 * written through a mapping is not seen (SQLite's shared memory, which is made anew after a crash).
 *
 *   SHIM_FOLDER  files below it are meant, and no others; an absolute path without links
 *   SHIM_KILL    the process is killed by SIGKILL at this call, counted from 1, instead of making it
 *   SHIM_TORN    if set, and that call writes: half of the bytes are written first
 *   SHIM_ERRNO   calls fail with this error for as long as the file SHIM_FLAG exists
 *   SHIM_FLAG    see there
 *   SHIM_REPORT  a file that gets "killed N call path" or, at a regular end, "ended N"
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char folder[PATH_MAX], flag[PATH_MAX], report[PATH_MAX];
static size_t folder_len;
static long kill_at = -1;
static int torn, error;
static atomic_long count;

static void keep(char *to, const char *name) {
    const char *value = getenv(name);
    if (value) snprintf(to, PATH_MAX, "%s", value);
}

__attribute__((constructor)) static void begin(void) {
    keep(folder, "SHIM_FOLDER");
    keep(flag, "SHIM_FLAG");
    keep(report, "SHIM_REPORT");
    folder_len = strlen(folder);
    if (getenv("SHIM_KILL")) kill_at = atol(getenv("SHIM_KILL"));
    if (getenv("SHIM_ERRNO")) error = atoi(getenv("SHIM_ERRNO"));
    torn = getenv("SHIM_TORN") != NULL;
    unsetenv("LD_PRELOAD");
}

/* By system calls alone: the functions of the library lead back here. */
static void tell(const char *what, long n, const char *call, const char *path) {
    if (!*report) return;
    char line[PATH_MAX + 64];
    int len = snprintf(line, sizeof line, "%s %ld %s %s\n", what, n, call, path);
    int fd = syscall(SYS_openat, AT_FDCWD, report, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0) return;
    syscall(SYS_write, fd, line, len);
    syscall(SYS_close, fd);
}

__attribute__((destructor)) static void end(void) {
    if (folder_len) tell("ended", atomic_load(&count), "", "");
}

static int is_below(const char *path) {
    return folder_len && !strncmp(path, folder, folder_len) && path[folder_len] == '/';
}

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, PATH_MAX - 1);
    if (n <= 0) return 0;
    path[n] = 0;
    return 1;
}

static int is_meant(int fd, char *path) {
    int saved = errno;
    struct stat found;
    int meant = folder_len && !fstat(fd, &found) && (S_ISREG(found.st_mode) || S_ISDIR(found.st_mode)) &&
                path_of(fd, path) && is_below(path);
    errno = saved;
    return meant;
}

static int fails(void) {
    if (!error || !*flag) return 0;
    struct stat found;
    if (syscall(SYS_newfstatat, AT_FDCWD, flag, &found, 0)) return 0;
    return 1;
}

/* Whether this is the call to be killed at. */
static long counted(void) {
    return atomic_fetch_add(&count, 1) + 1;
}

static void killed(long n, const char *call, const char *path) {
    tell("killed", n, call, path);
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

#define ON_FD(call, fd, half) do { \
    char path[PATH_MAX]; \
    if (is_meant(fd, path)) { \
        /* What is open stays so when permissions go. */ \
        if (error != EACCES && fails()) { errno = error; return -1; } \
        long n = counted(); \
        if (n == kill_at) { if (torn) { half; } killed(n, call, path); } \
    } } while (0)

ssize_t write(int fd, const void *bytes, size_t n) {
    REAL(ssize_t, "write", int, const void *, size_t);
    ON_FD("write", fd, real(fd, bytes, n / 2));
    return real(fd, bytes, n);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at) {
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    ON_FD("pwrite", fd, real(fd, bytes, n / 2, at));
    return real(fd, bytes, n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    ON_FD("pwrite", fd, real(fd, bytes, n / 2, at));
    return real(fd, bytes, n, at);
}

ssize_t writev(int fd, const struct iovec *parts, int n) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    ON_FD("writev", fd, real(fd, parts, n / 2));
    return real(fd, parts, n);
}

ssize_t copy_file_range(int from, off64_t *at, int fd, off64_t *to, size_t n, unsigned flags) {
    REAL(ssize_t, "copy_file_range", int, off64_t *, int, off64_t *, size_t, unsigned);
    ON_FD("copy_file_range", fd, real(from, at, fd, to, n / 2, flags));
    return real(from, at, fd, to, n, flags);
}

int ftruncate(int fd, off_t n) {
    REAL(int, "ftruncate", int, off_t);
    ON_FD("ftruncate", fd, );
    return real(fd, n);
}

int ftruncate64(int fd, off64_t n) {
    REAL(int, "ftruncate64", int, off64_t);
    ON_FD("ftruncate", fd, );
    return real(fd, n);
}

int fsync(int fd) {
    REAL(int, "fsync", int);
    ON_FD("fsync", fd, );
    return real(fd);
}

int fdatasync(int fd) {
    REAL(int, "fdatasync", int);
    ON_FD("fdatasync", fd, );
    return real(fd);
}

#define ON_PATH(call, path) do { \
    if (is_below(path)) { \
        if (fails() && error != ENOSPC) { errno = error; return -1; } \
        long n = counted(); \
        if (n == kill_at) killed(n, call, path); \
    } } while (0)

int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    ON_PATH("rename", to);
    return real(from, to);
}

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    ON_PATH("unlink", path);
    return real(path);
}

int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    ON_PATH("mkdir", path);
    return real(path, mode);
}

int rmdir(const char *path) {
    REAL(int, "rmdir", const char *);
    ON_PATH("rmdir", path);
    return real(path);
}

/* Relative to an open folder: how a whole folder is removed. */
int unlinkat(int fd, const char *name, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    char path[2 * PATH_MAX];
    if (*name == '/') snprintf(path, sizeof path, "%s", name);
    else if (!path_of(fd, path)) return real(fd, name, flags);
    else snprintf(path + strlen(path), PATH_MAX, "/%s", name);
    ON_PATH("unlinkat", path);
    return real(fd, name, flags);
}

/* Opening changes nothing that is told apart here; a disk that takes nothing refuses it, though. */
static int refused(const char *path, int flags) {
    if (!is_below(path) || !fails()) return 0;
    int is_new = (flags & O_CREAT) && syscall(SYS_faccessat, AT_FDCWD, path, F_OK);
    int writes = (flags & O_ACCMODE) != O_RDONLY;
    return error == ENOSPC ? is_new : error == EIO ? 0 : writes || is_new;
}

#define OPEN(name) \
int name(const char *path, int flags, ...) { \
    REAL(int, #name, const char *, int, ...); \
    va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \
    if (refused(path, flags)) { errno = error; return -1; } \
    return real(path, flags, mode); \
}
OPEN(open)
OPEN(open64)

/* Preloaded into a process: counts what it does to the files below one folder, and has a fault
   happen at the n-th: the process is killed before it, behind it or half-way, or the disk is full
   from there on, or that one operation fails. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { NEVER, BEFORE, AFTER, HALF, FULL, FAILS };

static char folder[PATH_MAX];
static size_t folder_length;
static long at, count;
static int how = NEVER;

void faults_arm(const char *below, long number, int kind) {
    snprintf(folder, sizeof folder, "%s/", below);
    folder_length = strlen(folder);
    __atomic_store_n(&count, 0, __ATOMIC_SEQ_CST);
    at = number;
    how = kind;
}

long faults_count(void) { return __atomic_load_n(&count, __ATOMIC_SEQ_CST); }

static int is_below(const char *path) {
    return folder_length && strncmp(path, folder, folder_length) == 0;
}

static int is_file_below(int fd) {
    char link[64], path[PATH_MAX];
    if (!folder_length)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0)
        return 0;
    path[length] = 0;
    return is_below(path);
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

/* What happens to the operation: 0 nothing, else an error number, or -1: half of it, then the end. */
static int fate(int takes_room) {
    long number = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
    if (how == FULL && number >= at && takes_room)
        return ENOSPC;
    if (number != at)
        return 0;
    if (how == BEFORE)
        die();
    if (how == HALF)
        return -1;
    return how == FAILS ? EIO : 0;
}

static void end(void) {
    if (how == AFTER && faults_count() >= at)
        die();
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) \
        real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* `half` is run and followed by the end; operations that have no half end before they begin. */
#define OPERATION(concerned, takes_room, half, whole) \
    if (!(concerned)) \
        return whole; \
    int error = fate(takes_room); \
    if (error < 0) { \
        half; \
        die(); \
    } \
    if (error > 0) { \
        errno = error; \
        return -1; \
    } \
    __typeof__(whole) result = whole; \
    end(); \
    return result

ssize_t write(int fd, const void *data, size_t size) {
    REAL(write);
    OPERATION(is_file_below(fd), 1, (void)!real(fd, data, size / 2), real(fd, data, size));
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t where) {
    REAL(pwrite);
    OPERATION(is_file_below(fd), 1, (void)!real(fd, data, size / 2, where),
              real(fd, data, size, where));
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t where) {
    REAL(pwrite64);
    OPERATION(is_file_below(fd), 1, (void)!real(fd, data, size / 2, where),
              real(fd, data, size, where));
}

int ftruncate(int fd, off_t size) {
    REAL(ftruncate);
    OPERATION(is_file_below(fd), 0, (void)0, real(fd, size));
}

int ftruncate64(int fd, off64_t size) {
    REAL(ftruncate64);
    OPERATION(is_file_below(fd), 0, (void)0, real(fd, size));
}

int fsync(int fd) {
    REAL(fsync);
    OPERATION(is_file_below(fd), 0, (void)0, real(fd));
}

int fdatasync(int fd) {
    REAL(fdatasync);
    OPERATION(is_file_below(fd), 0, (void)0, real(fd));
}

int rename(const char *from, const char *to) {
    REAL(rename);
    OPERATION(is_below(from) || is_below(to), 0, (void)0, real(from, to));
}

int unlink(const char *path) {
    REAL(unlink);
    OPERATION(is_below(path), 0, (void)0, real(path));
}

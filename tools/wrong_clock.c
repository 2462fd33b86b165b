/* A wall clock that is wrong by as many seconds as the file WRONG_CLOCK says.

   cc -shared -fPIC -o wrong_clock.so wrong_clock.c; LD_PRELOAD=wrong_clock.so ...

   For the clock drill of chaos.py. Monotonic time stays as it is, which is what happens
   when an operator or NTP steps the clock (libfaketime fails Python's sleep then). */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long wrong_by(void) {
    static int file = -1;
    char text[32] = {0};
    if (file < 0 && getenv("WRONG_CLOCK")) file = open(getenv("WRONG_CLOCK"), O_RDONLY);
    return file >= 0 && pread(file, text, sizeof text - 1, 0) > 0 ? atol(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = syscall(SYS_clock_gettime, clock, now);
    if (!failed && clock == CLOCK_REALTIME) now->tv_sec += wrong_by();
    return failed;
}

int gettimeofday(struct timeval *now, void *zone) {
    struct timespec exact;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *where) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (where) *where = now.tv_sec;
    return now.tv_sec;
}

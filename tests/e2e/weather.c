/* Bad weather for a program under test, by LD_PRELOAD: a disk that is slow to sync, a clock that is wrong. The file named
 * by RINGFENCE_WEATHER holds two 64-bit numbers that the test changes while the program runs: milliseconds a sync takes
 * longer, milliseconds the wall clock is ahead. Used by chaos.py; must never be near the product. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile long long* weather;

__attribute__((constructor)) static void look_out(void) {
  const char* path = getenv("RINGFENCE_WEATHER");
  const int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  void* page = fd < 0 ? MAP_FAILED : mmap(NULL, 2 * sizeof(long long), PROT_READ, MAP_SHARED, fd, 0);
  if (fd >= 0) close(fd);
  if (page != MAP_FAILED) weather = page;
}

static void wait_for_disk(void) {
  if (weather != NULL && weather[0] > 0) poll(NULL, 0, (int)weather[0]);
}

int fsync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  wait_for_disk();
  return real(fd);
}

int fdatasync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  wait_for_disk();
  return real(fd);
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  static int (*real)(clockid_t, struct timespec*);
  if (real == NULL) real = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
  const int done = real(clock, now);
  if (done == 0 && weather != NULL && clock == CLOCK_REALTIME) now->tv_sec += weather[1] / 1000;
  return done;
}

int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  int (*real)(struct timeval*, void*) = (int (*)(struct timeval*, void*))dlsym(RTLD_NEXT, "gettimeofday");
  const int done = real(now, zone);
  if (done == 0 && weather != NULL) now->tv_sec += weather[1] / 1000;
  return done;
}

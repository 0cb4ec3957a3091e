/* Bad weather for a program under test, by LD_PRELOAD: a disk that is slow to sync, a clock that is wrong, a pause or
 * the end before anything is sent. The file named by RINGFENCE_WEATHER holds 64-bit numbers (the enum below) that the
 * test changes while the program runs. Used by chaos.py and torment.py; must never be near the product. */
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* chances are of 10,000 sendings; the last two are counted here */
enum { SYNC_MS, CLOCK_AHEAD_MS, PAUSE_MS, PAUSE_CHANCE, KILL_CHANCE, PAUSES, KILLS, NUMBERS };
static volatile long long* weather;
static unsigned dice;

[[gnu::constructor]] static void look_out(void) {
  const char* path = getenv("RINGFENCE_WEATHER");
  const int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
  void* page = fd < 0 ? MAP_FAILED : mmap(NULL, NUMBERS * sizeof(long long), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (fd >= 0) close(fd);
  if (page != MAP_FAILED) weather = page;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  dice = (unsigned)now.tv_nsec ^ (unsigned)getpid();
}

static void wait_for_disk(void) {
  if (weather != NULL && weather[SYNC_MS] > 0) poll(NULL, 0, (int)weather[SYNC_MS]);
}

/* Between having decided and saying so: to the store, to the provider, to nginx. */
static void before_sending(int fd) {
  struct stat what;
  if (weather == NULL || weather[PAUSE_CHANCE] + weather[KILL_CHANCE] == 0) return;
  if (fstat(fd, &what) != 0 || !S_ISSOCK(what.st_mode)) return;
  const long long rolled = rand_r(&dice) % 10000;
  if (rolled < weather[KILL_CHANCE]) {
    ++weather[KILLS];
    kill(getpid(), SIGKILL);
  } else if (rolled < weather[KILL_CHANCE] + weather[PAUSE_CHANCE]) {
    ++weather[PAUSES];
    poll(NULL, 0, (int)weather[PAUSE_MS]);
  }
}

ssize_t write(int fd, const void* bytes, size_t count) {
  static ssize_t (*real)(int, const void*, size_t);
  if (real == NULL) real = (ssize_t(*)(int, const void*, size_t))dlsym(RTLD_NEXT, "write");
  before_sending(fd);
  return real(fd, bytes, count);
}

ssize_t writev(int fd, const struct iovec* parts, int count) {
  static ssize_t (*real)(int, const struct iovec*, int);
  if (real == NULL) real = (ssize_t(*)(int, const struct iovec*, int))dlsym(RTLD_NEXT, "writev");
  before_sending(fd);
  return real(fd, parts, count);
}

ssize_t send(int fd, const void* bytes, size_t count, int flags) {
  static ssize_t (*real)(int, const void*, size_t, int);
  if (real == NULL) real = (ssize_t(*)(int, const void*, size_t, int))dlsym(RTLD_NEXT, "send");
  before_sending(fd);
  return real(fd, bytes, count, flags);
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
  if (done == 0 && weather != NULL && clock == CLOCK_REALTIME) now->tv_sec += weather[CLOCK_AHEAD_MS] / 1000;
  return done;
}

int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  int (*real)(struct timeval*, void*) = (int (*)(struct timeval*, void*))dlsym(RTLD_NEXT, "gettimeofday");
  const int done = real(now, zone);
  if (done == 0 && weather != NULL) now->tv_sec += weather[CLOCK_AHEAD_MS] / 1000;
  return done;
}

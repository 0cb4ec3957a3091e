// Of the test build alone (RINGFENCE_TEST_HOOKS): lets a worker process die where it hurts. The file that
// RINGFENCE_DIE_IN_LOCK names holds a number; the process that passes that many hooks removes it and kills itself.
// Nothing of this is in a module anybody installs; a test looks.
#ifdef RINGFENCE_TEST_HOOKS

#include <signal.h>

#include <cstdio>
#include <cstdlib>

namespace ringfence {

void test_hook() noexcept;

void test_hook() noexcept {
  const char* path = std::getenv("RINGFENCE_DIE_IN_LOCK");
  std::FILE* file = path == nullptr ? nullptr : std::fopen(path, "r+");
  if (file == nullptr) return;
  char text[16] = {};
  const bool read = std::fgets(text, sizeof text, file) != nullptr;
  const long left = read ? std::strtol(text, nullptr, 10) : 0;
  std::rewind(file);
  if (left > 1) (void)std::fprintf(file, "%ld ", left - 1);
  (void)std::fclose(file);
  if (left != 1) return;
  (void)std::remove(path);
  (void)::raise(SIGKILL);
}

}  // namespace ringfence

#endif

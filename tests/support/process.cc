// See process.h.
#include "support/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace ringfence::test {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

constexpr int kFirstListener = 3;

// In the child, whose process id the variable is to hold: no allocation, as said below.
void write_pid(char* end) {
  for (pid_t rest = ::getpid(); rest != 0; rest /= 10) *--end = static_cast<char>('0' + rest % 10);
}

}  // namespace

pid_t spawn(const std::vector<std::string>& command, const std::vector<std::string>& environment,
            const std::string& output, int listener) {
  // Everything is allocated before the fork: the child of a program with threads may not allocate.
  std::vector<std::string> arguments = command;
  std::vector<std::string> variables = environment;
  if (listener >= 0) {
    variables.insert(variables.begin(), "LISTEN_FDS=1");
    variables.insert(variables.begin(), "LISTEN_PID=00000000");
  }
  for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(variables);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(126);
  const int out = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  const int in = ::open("/dev/null", O_RDONLY);
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(out, 2);
  if (listener >= 0) {
    write_pid(envp[0] + variables[0].size());
    // dup2() to itself would leave it close-on-exec.
    if (listener == kFirstListener) ::fcntl(listener, F_SETFD, 0);
    ::dup2(listener, kFirstListener);
  }
  ::execve(argv[0], argv.data(), envp.data());
  ::_exit(127);
}

}  // namespace ringfence::test

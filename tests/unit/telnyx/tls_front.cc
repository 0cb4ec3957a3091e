// See tls_front.h.
#include "tls_front.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <vector>

namespace ringfence {
namespace {

// Child of this test alone; its output goes nowhere. `kept_fd` stays open in it.
pid_t spawn(const std::vector<std::string>& command, int kept_fd) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const std::string inherit = std::to_string(kept_fd) + ";";
  const pid_t pid = fork();
  if (pid != 0) return pid;
  setpgid(0, 0);  // nginx is a master and a worker: they are ended together
  const int null = open("/dev/null", O_RDWR);
  if (dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0) _exit(127);
  // nginx takes over a listening socket named here: connections wait in its backlog until it is ready.
  if (kept_fd >= 0) setenv("NGINX", inherit.c_str(), 1);
  execvp(argv.front(), argv.data());
  _exit(127);
}

bool run(const std::vector<std::string>& command) {
  int status = 0;
  const pid_t pid = spawn(command, -1);
  return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int listening_socket(int& port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (bind(fd, plain, length) != 0 || listen(fd, 512) != 0 || getsockname(fd, plain, &length) != 0) return -1;
  port = ntohs(address.sin_port);
  return fd;
}

}  // namespace

TlsFront::TlsFront(int backend_port, bool http2) {
  const std::string key = folder_ + "/key.pem";
  if (!run({"/usr/sbin/nginx", "-v"}) ||
      !run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", ca_file()})) {
    return;
  }
  const int fd = listening_socket(port_);
  write_config(backend_port, http2);
  pid_ = spawn({"/usr/sbin/nginx", "-p", folder_, "-c", folder_ + "/nginx.conf", "-e", folder_ + "/error.log"}, fd);
  close(fd);
}

void TlsFront::write_config(int backend_port, bool http2) const {
  std::ofstream file(folder_ + "/nginx.conf");
  file << "daemon off; worker_processes 1; pid " << folder_ << "/nginx.pid;\n"
       << "error_log " << folder_ << "/error.log;\nevents { worker_connections 4096; }\n"
       << "http {\n  log_format short '$connection $server_protocol';\n"
       << "  access_log " << folder_ << "/access.log short;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    file << "  " << kind << "_temp_path " << folder_ << "/" << kind << ";\n";
  }
  file << "  server {\n    listen 127.0.0.1:" << port_ << (http2 ? " ssl http2" : " ssl") << ";\n    ssl_certificate "
       << folder_ << "/cert.pem;\n    ssl_certificate_key " << folder_ << "/key.pem;\n"
       << "    location / { proxy_pass http://127.0.0.1:" << backend_port << "; proxy_http_version 1.1; }\n  }\n}\n";
}

TlsFront::~TlsFront() { kill(); }

void TlsFront::kill() {
  if (pid_ <= 0) return;
  // Its group, unless it has not come to make one yet.
  if (::kill(-pid_, SIGKILL) != 0) ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

std::string TlsFront::access_log() const {
  std::ifstream file(folder_ + "/access.log");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace ringfence

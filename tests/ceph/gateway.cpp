#include "gateway.hpp"

#include <atomic>
#include <cstdio>

namespace tests {
namespace {

constexpr auto patience = std::chrono::seconds(90);
constexpr int nowhere = 3;

}  // namespace

const ceph_gateway* ceph_gateway::get() {
  static const std::unique_ptr<ceph_gateway> one(new ceph_gateway);
  static const auto is = one->up();
  if (is == state::missing)
    std::printf("not run: ceph: radosgw, ceph-mon or ceph-osd is missing (sh tests/tools/packages.sh)\n");
  if (is == state::silent) throw std::runtime_error("Ceph did not start");
  return is == state::up ? one.get() : nullptr;
}

ceph_gateway::ceph_gateway() {
  const auto monitor = free_port();
  port_ = free_port();
  std::vector<std::string> words{"sh",
                                 std::string(SHIPFLOW_SOURCE_DIR) + "/tests/tools/ceph.sh",
                                 home_.path.string(),
                                 std::to_string(monitor),
                                 std::to_string(port_),
                                 "AKIDEXAMPLE",
                                 "wJalrXUtnFEMI"};
  std::vector<char*> argv;
  for (auto& w : words) argv.push_back(w.data());
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  const int null = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
  ::execvp(argv[0], argv.data());
  ::_exit(nowhere);
}

ceph_gateway::~ceph_gateway() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

ceph_gateway::state ceph_gateway::up() {
  const auto end = std::chrono::steady_clock::now() + patience;
  int status = 0;
  while (!reachable(port_)) {
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      return WIFEXITED(status) && WEXITSTATUS(status) == nowhere ? state::missing : state::silent;
    }
    if (std::chrono::steady_clock::now() > end) return state::silent;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return state::up;
}

s3_place ceph_gateway::new_bucket() const {
  static std::atomic<int> made{0};
  const auto url = "http://127.0.0.1:" + std::to_string(port_);
  s3_place p{url, "site-" + std::to_string(++made), place::with_keys(url)};
  p.source_is_checked = false;
  p.make_bucket();
  return p;
}

}  // namespace tests

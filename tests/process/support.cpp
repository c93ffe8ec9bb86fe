#include "process/support.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <sstream>
#include <stdlib.h>

namespace shipflow::process::test {

temporary_directory::temporary_directory() {
  auto name = (std::filesystem::temp_directory_path() / "shipflow-process-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

temporary_directory::~temporary_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string temporary_directory::path(const std::string& name) const {
  return name.empty() ? path_.string() : (path_ / name).string();
}

std::string keeper() { return SHIPFLOW_BINARY_DIR "/shipflow-keeper"; }

keeper_spec shell(const std::string& script, const std::string& home) {
  keeper_spec spec;
  spec.argv = {"sh", "-c", script};
  spec.environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}};
  spec.directory = "/tmp";
  spec.home = home;
  spec.grace = duration{1'000};
  return spec;
}

bool eventually(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    ::poll(nullptr, 0, 5);
  }
  return true;
}

state await_end(const std::string& home) {
  state last;
  const bool ended = eventually([&] {
    const auto now = look(home);
    REQUIRE_MESSAGE(now.has_value(), (now ? std::string() : now.error().message));
    last = *now;
    return last.what != phase::running;
  });
  REQUIRE(ended);
  return last;
}

state run(const keeper_spec& spec) {
  const auto started = start(spec, keeper());
  REQUIRE_MESSAGE(started.has_value(), (started ? std::string() : started.error().message));
  return await_end(spec.home);
}

std::string text_of(const std::string& home) {
  auto text = output(home, 1U << 30U);
  REQUIRE(text.has_value());
  return *text;
}

bool lives(int pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(stat, text)) return false;
  const auto name_end = text.rfind(')');
  return name_end != std::string::npos && text.substr(name_end + 2, 1) != "Z";
}

std::string file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

int pid_in(const std::string& path) { return std::atoi(file(path).c_str()); }

}  // namespace shipflow::process::test

#include "rig.hpp"

#include <shipflow/control.hpp>
#include <shipflow/loop.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace shipflow_test;

namespace {

// One end of a conversation, in bytes.
class client {
 public:
  explicit client(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    connected = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~client() { hang_up(); }
  client(const client&) = delete;
  client& operator=(const client&) = delete;
  void hang_up() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  bool send(const std::string& text) {
    std::size_t sent = 0;
    while (sent < text.size()) {
      const auto n = ::send(fd_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return false;
      sent += static_cast<std::size_t>(n);
    }
    return true;
  }
  // The next line, or what came before the other side closed.
  std::string line() {
    while (rest_.find('\n') == std::string::npos) {
      std::array<char, 65'536> buffer{};
      const auto n = ::recv(fd_, buffer.data(), buffer.size(), 0);
      if (n <= 0) return std::exchange(rest_, {});
      rest_.append(buffer.data(), static_cast<std::size_t>(n));
    }
    const auto end = rest_.find('\n');
    auto out = rest_.substr(0, end);
    rest_.erase(0, end + 1);
    return out;
  }
  bool connected = false;

 private:
  int fd_ = -1;
  std::string rest_;
};

// An engine with a waiting run and a control socket. Clients speak from another thread while the
// loop runs on this one.
struct served {
  std::string directory;
  std::string path;
  shipflow::loop loop;
  std::shared_ptr<shipflow::store> store = shipflow::make_memory_store();
  std::unique_ptr<shipflow::engine> engine;
  std::unique_ptr<shipflow::control_server> server;
  std::string run;

  served() {
    std::string name = (std::filesystem::temp_directory_path() / "shipflow-control-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    directory = name;
    path = directory + "/s.sock";
    engine = std::make_unique<shipflow::engine>(loop, store, shipflow::engine_options{});
    plan_builder b;
    b.approval("go", {"qa"});
    run = engine->start(b.get(), {.principal = "user:dana", .groups = {}, .reason = "", .external_id = ""})
              .value();
    loop.run_until([&] { return engine->loaded() == 0; });
    auto listening = shipflow::control_server::listen(path, loop, *engine, *store);
    REQUIRE(listening.has_value());
    server = std::move(*listening);
  }
  ~served() {
    server.reset();
    std::filesystem::remove_all(directory);
  }
  void meanwhile(const std::function<void()>& work) {
    std::atomic<bool> done{false};
    std::thread other([&] {
      work();
      done = true;
      loop.post([] {});
    });
    loop.run_until([&] { return done.load(); });
    other.join();
  }
  // Does the engine still answer a well-behaved client?
  bool well() {
    bool answered = false;
    meanwhile([&] {
      const auto reply = shipflow::control_call(path, {{"op", "look"}, {"run", run}});
      answered = reply && reply->at("summary").at("run") == json::value(run);
    });
    return answered;
  }
};

bool refused(const std::string& line, std::string_view code) {
  const auto parsed = shipflow::parse_json(line);
  return parsed && parsed->is_object() && parsed->at("ok") == json::value(false) &&
         parsed->at("code") == json::value(json::string_view(code.data(), code.size()));
}

int threads() {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task"))
    count += entry.is_directory();
  return count;
}

}  // namespace

TEST_CASE("engine/control: malformed requests are refused, and the connection goes on") {
  served s;
  s.meanwhile([&] {
    client c(s.path);
    for (const auto* bad :
         {"", "{", "[]", "null", "7", "{\"op\":7}", "{\"op\":\"dance\"}", "\xff\xfe{}", "{} {}"}) {
      CAPTURE(bad);
      CHECK(c.send(std::string(bad) + "\n"));
      CHECK(refused(c.line(), "invalid_argument"));
    }
    CHECK(c.send("{\"op\":\"look\",\"run\":\"nobody\"}\n"));
    CHECK(refused(c.line(), "not_found"));
    CHECK(c.send("{\"op\":\"say\",\"run\":\"nobody\",\"name\":\"pause\"}\n"));
    CHECK(refused(c.line(), "not_found"));
    CHECK(c.send("{\"op\":\"purge\",\"facts_ms\":-1}\n"));
    CHECK(refused(c.line(), "invalid_argument"));
    CHECK(c.send("{\"op\":\"list\",\"limit\":-5}\n"));
    CHECK(c.line().find(s.run) != std::string::npos);
  });
  CHECK(s.well());
}

TEST_CASE("engine/control: somebody who is spoken for has the groups that the system knows") {
  const auto root = shipflow::identity_of_principal("user:root");
  CHECK(root.principal == "user:root");
  CHECK(root.groups == shipflow::identity_of_user(0).groups);
  CHECK(std::count(root.groups.begin(), root.groups.end(), "group:root") == 1);
  for (const auto* unknown : {"user:nobody-of-this-name", "user:", "root", "group:root", ""}) {
    CAPTURE(unknown);
    CHECK(shipflow::identity_of_principal(unknown).principal == unknown);
    CHECK(shipflow::identity_of_principal(unknown).groups.empty());
  }
}

TEST_CASE("engine/control: a deeply nested request is refused") {
  served s;
  s.meanwhile([&] {
    client c(s.path);
    CHECK(c.send("{\"op\":" + std::string(100'000, '[') + "\n"));
    CHECK(refused(c.line(), "invalid_argument"));
  });
  CHECK(s.well());
}

TEST_CASE("engine/control: an endless line is refused once and closed") {
  served s;
  s.meanwhile([&] {
    client c(s.path);
    const std::string piece(100'000, 'x');
    for (int i = 0; i < 12 && c.send(piece); ++i) {
    }
    const auto answer = c.line();
    const bool told = answer.empty() || refused(answer, "invalid_argument");  // it may be cut by the close
    CHECK(told);
    CHECK(c.line().empty());
  });
  CHECK(s.well());
}

TEST_CASE("engine/control: half lines and requests in one piece are answered in order") {
  served s;
  s.meanwhile([&] {
    client c(s.path);
    const std::string ask = "{\"op\":\"look\",\"run\":\"" + s.run + "\"}\n";
    for (const char byte : ask) CHECK(c.send(std::string(1, byte)));
    CHECK(c.line().find("\"ok\":true") != std::string::npos);
    CHECK(c.send(ask + "{}\n" + ask));
    CHECK(c.line().find("\"ok\":true") != std::string::npos);
    CHECK(refused(c.line(), "invalid_argument"));
    CHECK(c.line().find("\"ok\":true") != std::string::npos);
  });
}

TEST_CASE("engine/control: silent clients and those that hang up hold nobody else up") {
  served s;
  std::vector<std::unique_ptr<client>> silent;
  for (int i = 0; i < 20; ++i) {
    silent.push_back(std::make_unique<client>(s.path));
    CHECK(silent.back()->send("{\"op\":\"lo"));
  }
  for (int i = 0; i < 20; ++i) {
    client gone(s.path);
    CHECK(gone.send("{\"op\":\"look\",\"run\":\"" + s.run + "\"}\n"));
  }
  CHECK(s.well());
}

TEST_CASE("engine/control: a client that does not read its answers holds nobody else up") {
  served s;
  client greedy(s.path);
  const std::string ask = "{\"op\":\"look\",\"run\":\"" + s.run + "\"}\n";
  std::string many;
  for (int i = 0; i < 500; ++i) many += ask;
  CHECK(greedy.send(many));
  CHECK(s.well());
  int answers = 0;
  s.meanwhile([&] {
    while (answers < 500 && greedy.line().find("\"ok\":true") != std::string::npos) ++answers;
  });
  CHECK(answers == 500);
}

TEST_CASE("engine/control: connections are bounded, told so, and need no thread each") {
  served s;
  std::vector<std::unique_ptr<client>> many;
  const auto before = threads();
  for (int i = 0; i < 64; ++i) many.push_back(std::make_unique<client>(s.path));
  s.meanwhile([&] {
    client last(s.path);
    CHECK(refused(last.line(), "unavailable"));
    CHECK(last.line().empty());
  });
  CHECK(threads() == before);
  many.clear();
  bool again = false;
  for (int i = 0; i < 1'000 && !again; ++i) again = s.well();
  CHECK(again);
}

TEST_CASE("engine/control: a server may end while clients wait, and the engine after it") {
  served s;
  client waiting(s.path);
  CHECK(waiting.send("{\"op\":\"look\",\"run\":\"" + s.run + "\"}\n"));
  s.server.reset();
  CHECK(waiting.line().empty());
  CHECK_FALSE(std::filesystem::exists(s.path));
  s.loop.run_ready();
}

TEST_CASE("engine/control: another user may speak for himself only, and may not purge") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: only root can become somebody else");
    return;
  }
  served s;
  REQUIRE(::chmod(s.directory.c_str(), 0755) == 0);
  std::array<int, 2> ends{-1, -1};
  REQUIRE(::pipe(ends.data()) == 0);
  const std::string say = "{\"op\":\"say\",\"run\":\"" + s.run +
                          "\",\"name\":\"approve\",\"body\":{\"step\":\"go\"},\"as\":\"user:quinn\"}\n";
  const std::string purge = "{\"op\":\"purge\"}\n";
  const auto child_talks = [&] {
    const auto child = ::fork();
    if (child == 0) {
      if (::setgid(65'534) != 0 || ::setuid(65'534) != 0) ::_exit(2);
      client c(s.path);
      if (!c.connected) ::_exit(3);
      std::string heard;
      if (c.send(say)) heard += c.line() + "\n";
      if (c.send(purge)) heard += c.line() + "\n";
      ::_exit(::write(ends[1], heard.data(), heard.size()) > 0 ? 0 : 4);
    }
    int status = 0;
    s.meanwhile([&] { ::waitpid(child, &status, 0); });
    return WEXITSTATUS(status);
  };
  CHECK(child_talks() == 3);  // the mode keeps everybody else out
  REQUIRE(::chmod(s.path.c_str(), 0666) == 0);
  CHECK(child_talks() == 0);
  std::array<char, 4096> heard{};
  const auto n = ::read(ends[0], heard.data(), heard.size());
  ::close(ends[0]);
  ::close(ends[1]);
  REQUIRE(n > 0);
  const std::string text(heard.data(), static_cast<std::size_t>(n));
  CHECK(refused(text.substr(0, text.find('\n')), "denied"));
  CHECK(refused(text.substr(text.find('\n') + 1, text.rfind('\n') - text.find('\n') - 1), "denied"));
  CHECK(s.store->unused_signals(s.run).value().empty());
}

// A program that sends messages is killed at the moments that matter; what is told afterwards is told at least once, under
// the id it had, and nothing is lost. Real processes, a real SQLite file, a real socket.
#include "http/server_process.hpp"
#include "message/telling.hpp"

#include <doctest/doctest.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <sys/wait.h>
#include <unistd.h>

using namespace shipflow_test;
using namespace std::chrono_literals;

namespace {

enum class moment_of_death { before_sending, before_the_answer, after_the_answer };

plan_builder told_by_webhook(std::uint16_t port) {
  plan_builder b;
  b.approval("go", {"qa"});
  auto& p = b.get();
  p.channels.push_back({"audit",
                        "webhook",
                        {{"webhook", "http://127.0.0.1:" + std::to_string(port) + "/hook"},
                         {"private", true},
                         {"key", "${secret:TOKEN}"}}});
  shipflow::plan_message m;
  m.moment = "started";
  m.to = {"audit"};
  m.text = {{text_piece::kind::words, "it begins"}};
  p.messages.push_back(m);
  return b;
}

/// An engine on the file, in a time that only passes when it is told to.
struct teller_of_file {
  teller_of_file(const std::string& path, shipflow::time_point at) : time(1, at) {
    store = shipflow::open_sqlite_store({.path = path, .vfs = "", .read_only = false}).value();
    time.on_post([this] {
      const std::lock_guard hold(guard);
      rung = true;
      bell.notify_one();
    });
    shipflow::engine_options options;
    options.secrets = [](const std::string& /*name*/, const shipflow::secret_reply& done) {
      done(std::string("s3cr3t-value"));
    };
    engine = std::make_unique<shipflow::engine>(time, store, options);
    (void)engine->add(shipflow::make_notifiers());
  }
  /// Runs what is due, and what others post, until `done`.
  void run_until(const std::function<bool()>& done) {
    while (!done()) {
      time.run_ready();
      if (done()) return;
      std::unique_lock hold(guard);
      bell.wait(hold, [this] { return rung; });
      rung = false;
    }
  }

  std::mutex guard;
  std::condition_variable bell;
  bool rung = false;
  shipflow::virtual_time time;
  std::shared_ptr<shipflow::store> store;
  std::unique_ptr<shipflow::engine> engine;
};

// Never returns: it is killed.
[[noreturn]] void begin_and_die(const std::string& path, int port_pipe, moment_of_death when) {
  std::uint16_t port = 0;
  if (::read(port_pipe, &port, sizeof port) != sizeof port) ::_exit(3);
  teller_of_file t(path, virtual_time::default_begin);
  auto b = told_by_webhook(port);
  if (!t.engine->start(b.get(), {"user:dana", {}, "", ""})) ::_exit(4);
  if (when == moment_of_death::before_sending) ::raise(SIGKILL);
  t.run_until([] { return false; });
  ::_exit(5);
}

std::string header(const std::string& request, const std::string& name) {
  const auto at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 4;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

/// Takes messages; while the program still lives it is killed at the moment that was asked for.
class receiver {
 public:
  receiver(pid_t victim, moment_of_death when) : victim_(victim), when_(when) {}
  std::vector<std::string> requests() {
    const std::lock_guard hold(guard_);
    return requests_;
  }

 private:
  void kill() {
    if (const auto victim = std::exchange(victim_, 0); victim != 0) ::kill(victim, SIGKILL);
  }
  void serve(tests::raw_connection& c) {
    while (c.read_request()) {
      const std::lock_guard hold(guard_);
      requests_.push_back(c.seen);
      if (victim_ != 0 && when_ == moment_of_death::before_the_answer) return kill();
      c.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      kill();
    }
  }

  std::mutex guard_;
  pid_t victim_;
  moment_of_death when_;
  std::vector<std::string> requests_;

 public:
  tests::raw_server server{[this](tests::raw_connection& c) { serve(c); }};
};

void dies(moment_of_death when, std::size_t least, std::size_t most) {
  const tests::temporary_directory place;
  const auto path = (place.path / "shipflow.db").string();
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  // Before any thread of this process is there.
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) begin_and_die(path, ends[0], when);
  receiver hears(child, when);
  REQUIRE(::write(ends[1], &hears.server.port, sizeof hears.server.port) == sizeof hears.server.port);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  ::close(ends[0]);
  ::close(ends[1]);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGKILL);

  // What was taken for sending is held for a while; afterwards whoever comes sends it.
  teller_of_file next(path, virtual_time::default_begin + 2min);
  const auto run = next.store->list_runs({}).value().at(0).id;
  const auto kept = [&] { return next.store->read_messages(run).value(); };
  REQUIRE(kept().size() == 1);
  REQUIRE(next.engine->resume());
  next.run_until([&] { return kept().front().status != shipflow::message_status::waiting; });
  CHECK_MESSAGE(kept().front().status == shipflow::message_status::delivered, kept().front().why);
  const auto all = hears.requests();
  CHECK(all.size() >= least);
  CHECK(all.size() <= most);
  for (const auto& request : all) {
    CHECK(header(request, "Shipflow-Message") == kept().front().id);
    CHECK(header(request, "Shipflow-Signature").starts_with("v1="));
    CHECK(request.substr(request.find("\r\n\r\n")) == all.front().substr(all.front().find("\r\n\r\n")));
  }
}

}  // namespace

TEST_CASE("message/outbox: killed before it sends, the message is sent by the next program") {
  dies(moment_of_death::before_sending, 1, 1);
}

TEST_CASE("message/outbox: killed between sending and keeping the answer, it comes again with the same id") {
  dies(moment_of_death::before_the_answer, 2, 2);
}

TEST_CASE("message/outbox: killed when the answer was given, it is told once or again, and never lost") {
  dies(moment_of_death::after_the_answer, 1, 2);
}

// Secrets of instances: in their environment, and in no file, answer or error.
#include "theatre.hpp"
#include "traffic.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <sstream>

using theatre::ask;
using theatre::eventually;
namespace json = shipflow::json;

namespace {

void good(const theatre::step& s) {
  REQUIRE_MESSAGE(s.last.kind == shipflow::answer_kind::done, s.last.problem.message);
}

void first_release(theatre::theatre& t, const std::string& version) {
  good(t.run("launch", {{"version", version}}));
  good(t.run("shift", {{"weight", 100}}));
}

/// Reads every file below the state directory; true when none has the text and all belong to us alone.
bool on_disk_nowhere(const theatre::theatre& t, const std::string& secret) {
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(t.root)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    CAPTURE(entry.path().string());
    CHECK(text.str().find(secret) == std::string::npos);
    CHECK((entry.status().permissions() & std::filesystem::perms(077)) == std::filesystem::perms::none);
    ++files;
  }
  return files > 8;
}

}  // namespace

TEST_CASE("provider/local: a secret reaches the instance and no file, answer or error") {
  theatre::theatre t(1);
  t.secrets = {{"WORD", "hunter2-hunter2"}};
  t.target["env"] = json::object{{"SECRET_WORD", "=${secret:WORD}="}};
  first_release(t, "1.4.0");
  CHECK(ask(t.port, "/env").body == "=hunter2-hunter2=");
  const auto launched = t.run("launch", {{"version", "1.5.0"}});
  CHECK(json::serialize(launched.baseline).find("hunter2") == std::string::npos);
  CHECK(json::serialize(launched.last.value).find("hunter2") == std::string::npos);
  CHECK(json::serialize(t.call(shipflow::verb::diagnose, launched).value).find("hunter2") ==
        std::string::npos);
  CHECK(t.metrics({"http_all"}, "fleet", "").why == "");
  CHECK(t.probe().outcome == shipflow::look::pass);
  CHECK(on_disk_nowhere(t, "hunter2"));
}

TEST_CASE("provider/local: after a crash and a reboot instances get the secrets of that time") {
  theatre::theatre t(1);
  t.secrets = {{"WORD", "hunter2-hunter2"}};
  t.target["env"] = json::object{{"SECRET_WORD", "${secret:WORD}"}};
  first_release(t, "1.4.0");
  t.reopen();  // adopted: the instance still has the value it was started with
  good(t.run("scale", {{"instances", 1}}));
  CHECK(ask(t.port, "/env").body == "hunter2-hunter2");
  const auto killed = t.instances().begin()->second;
  CHECK(::kill(killed, SIGKILL) == 0);  // its keeper remembers
  CHECK(eventually([&] {
    return t.instances().begin()->second != killed && ask(t.port, "/env").body == "hunter2-hunter2";
  }));
  t.kill_keepers();
  CHECK(eventually([&] { return t.instances().empty() && ask(t.port).why == "connect"; }));
  t.secrets = {{"WORD", "correct-horse"}};
  good(t.run("scale", {{"instances", 1}}));
  CHECK(eventually([&] { return ask(t.port, "/env").body == "correct-horse"; }));
  CHECK(on_disk_nowhere(t, "hunter2"));
  CHECK(on_disk_nowhere(t, "correct-horse"));
}

TEST_CASE("provider/local: a retired fleet comes back only with the secrets it was made with") {
  theatre::theatre t(1);
  t.secrets = {{"WORD", "hunter2-hunter2"}};
  t.target["env"] = json::object{{"SECRET_WORD", "${secret:WORD}"}};
  first_release(t, "1.4.0");
  good(t.run("launch", {{"version", "1.5.0"}}));
  const auto shifted = t.run("shift", {{"weight", 100}});
  const auto retired = t.run("retire", {});
  good(retired);
  t.secrets = {{"OTHER", "correct-horse"}};
  const auto refused = t.undo(retired);
  CHECK(refused.kind == shipflow::answer_kind::failed);
  CHECK(refused.problem.message.find("version 1.4.0 needs the secret WORD") != std::string::npos);
  t.secrets = {{"WORD", "hunter2-hunter2"}};
  CHECK(t.undo(retired).kind == shipflow::answer_kind::done);
  CHECK(t.undo(shifted).kind == shipflow::answer_kind::done);
  CHECK(eventually([&] { return ask(t.port, "/env").body == "hunter2-hunter2"; }));
}

TEST_CASE("provider/local: an input with a secret is refused before it is written down") {
  theatre::theatre t(1);
  first_release(t, "1.4.0");
  t.secrets = {{"WORD", "hunter2-hunter2"}};
  const auto image = t.run("launch", {{"version", "1.5.0"}, {"image", "shop:hunter2-hunter2"}});
  CHECK(image.last.problem.code == shipflow::errc::secret_leak);
  CHECK(on_disk_nowhere(t, "hunter2"));
}

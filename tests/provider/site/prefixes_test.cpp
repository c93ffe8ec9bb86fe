// Releases in places of their own, and what becomes of the old ones.
#include "window.hpp"

#include <cstdlib>

using namespace tests;

namespace {

struct places : window {
  places() { target["directory"] = "dist"; }

  answer publish_to(const std::string& version) {
    target["prefix"] = "releases/" + version;
    local = shop(version);
    clock += std::chrono::hours(1);
    return publish(version);
  }
  answer prune_for(const std::string& version, json::object more = {}) {
    more["live"] = "/releases/" + version;
    return act("prune_prefixes", more, "prune for " + version);
  }
  /// Versions of which anything is there.
  [[nodiscard]] std::string stand() const {
    std::string out;
    for (const auto& [key, o] : bucket.objects()) {
      if (!key.starts_with("releases/") || key.starts_with("releases/.shipflow/")) continue;
      const auto version = key.substr(9, key.find('/', 9) - 9);
      if (!out.ends_with(version + " ")) out += version + " ";
    }
    return out;
  }
  [[nodiscard]] std::size_t files_of(const std::string& version) const {
    std::size_t n = 0;
    for (const auto& [key, o] : bucket.objects()) n += key.starts_with("releases/" + version + "/") ? 1U : 0U;
    return n;
  }
};

}  // namespace

TEST_CASE("provider/site: a release in a place of its own is taken back to nothing, from any write") {
  for (std::uint64_t at = 0; at <= 20; ++at) {
    CAPTURE(at);
    places p;
    REQUIRE(p.publish_to("1.0.0").kind == answer_kind::done);
    const auto before = p.served();
    p.target["prefix"] = "releases/1.1.0";
    const auto nothing = p.look();
    CHECK(nothing.at("release").is_null());
    p.on.allow(at);
    (void)p.publish_to("1.1.0");
    p.on.allow(1'000'000);
    REQUIRE(p.undo(nothing).kind == answer_kind::done);
    CHECK(p.files_of("1.1.0") <= 1);  // the lock, which nobody holds
    CHECK(p.served().size() == before.size() + p.files_of("1.1.0"));
  }
}

TEST_CASE("provider/site: of old places the newest stay, and those that viewers are or were sent to") {
  places p;
  for (const auto* v : {"1", "2", "3", "4", "5"}) REQUIRE(p.publish_to(v).kind == answer_kind::done);
  // Viewers are at 1, and were nowhere before as far as anybody knows.
  const auto first = p.prune_for("1", {{"keep", 2}});
  REQUIRE_MESSAGE(first.kind == answer_kind::done, first.problem.text());
  CHECK(p.stand() == "1 4 5 ");
  CHECK(first.value.at("removed") == json::array{"releases/3/", "releases/2/"});
  CHECK(first.value.at("kept") == json::array{"releases/5/", "releases/4/", "releases/1/"});
  CHECK(first.value.at("deleted") == 2 * shop("1").size());
  // Now they are at 5, so 1 is where they come from.
  for (int again = 0; again < 2; ++again) {
    REQUIRE(p.prune_for("5", {{"keep", 1}}).kind == answer_kind::done);
    CHECK(p.stand() == "1 5 ");
  }
  REQUIRE(p.publish_to("6").kind == answer_kind::done);
  REQUIRE(p.prune_for("6", {{"keep", 1}}).kind == answer_kind::done);
  CHECK(p.stand() == "5 6 ");
  CHECK(p.act("verify").kind == answer_kind::done);
}

TEST_CASE("provider/site: the place of the step itself stays though viewers are not sent there yet") {
  places p;
  for (const auto* v : {"1", "2", "3"}) REQUIRE(p.publish_to(v).kind == answer_kind::done);
  p.target["prefix"] = "releases/1";
  REQUIRE(p.prune_for("3", {{"keep", 1}}).kind == answer_kind::done);
  CHECK(p.stand() == "1 3 ");
}

TEST_CASE("provider/site: what has no manifest of ours, or was written by somebody else, stays") {
  places p;
  for (const auto* v : {"1", "2", "3"}) REQUIRE(p.publish_to(v).kind == answer_kind::done);
  p.bucket.put("releases/by-hand/index.html", "theirs", {}, {}).value();
  p.bucket.put("releases/1/upload.jpg", "theirs", {}, {}).value();
  p.bucket.put("releases/1/logo.svg", "changed by hand", {}, {}).value();
  p.bucket.put("releases/note.txt", "no place", {}, {}).value();
  REQUIRE(p.prune_for("3", {{"keep", 1}}).kind == answer_kind::done);
  CHECK(p.bucket.find("releases/by-hand/index.html") != nullptr);
  CHECK(p.bucket.find("releases/note.txt") != nullptr);
  CHECK(p.bucket.find("releases/1/upload.jpg")->body == "theirs");
  CHECK(p.bucket.find("releases/1/logo.svg")->body == "changed by hand");
  CHECK(p.files_of("1") == 2);
  CHECK(p.files_of("2") == 0);
}

TEST_CASE("provider/site: cut off at any write, old places are gone on with, pages before what they name") {
  for (std::uint64_t at = 0; at <= 30; ++at) {
    CAPTURE(at);
    places p;
    p.on.page = 3;
    for (const auto* v : {"1", "2", "3"}) REQUIRE(p.publish_to(v).kind == answer_kind::done);
    p.on.on_write = [&] {
      for (const auto* v : {"1", "2"}) {
        const auto below = std::string("releases/") + v + "/";
        const auto* page = p.bucket.find(below + "index.html");
        if (page == nullptr) continue;
        for (const auto& name : named_in(page->body)) CHECK(p.bucket.find(below + name) != nullptr);
      }
    };
    p.on.allow(at);
    const auto cut = p.prune_for("3", {{"keep", 1}});
    CHECK(p.on.cut_off() == (cut.kind != answer_kind::done));
    p.on.allow(1'000'000);
    const auto done = p.prune_for("3", {{"keep", 1}});
    REQUIRE_MESSAGE(done.kind == answer_kind::done, done.problem.text());
    CHECK(p.stand() == "3 ");
    CHECK(p.act("verify").kind == answer_kind::done);
  }
}

TEST_CASE("provider/site: a place that somebody is publishing to is not cleared") {
  places p;
  for (const auto* v : {"1", "2"}) REQUIRE(p.publish_to(v).kind == answer_kind::done);
  p.target["prefix"] = "releases/1";
  p.local = shop("1b");
  p.on.allow(3);
  (void)p.publish("1b");
  p.on.allow(1'000'000);
  p.run = "run-2";
  p.target["prefix"] = "releases/2";
  const auto refused = p.prune_for("2", {{"keep", 1}});
  REQUIRE(refused.kind == answer_kind::failed);
  CHECK(refused.problem.message.find("is being changed by run run-1") != std::string::npos);
  CHECK(p.stand() == "1 2 ");
}

TEST_CASE("provider/site: pruning places needs to know where viewers are") {
  places p;
  REQUIRE(p.publish_to("1").kind == answer_kind::done);
  const auto why = [&](const json::object& inputs) {
    return p.act("prune_prefixes", inputs).problem.message;
  };
  CHECK(why({}).find("needs `live`") != std::string::npos);
  CHECK(why({{"live", "/"}}).find("needs `live`") != std::string::npos);
  CHECK(why({{"live", "/releases/9"}}).find("no release stands in releases/9/") != std::string::npos);
  CHECK(why({{"live", "/releases/1"}, {"keep", 0}}).find("from 1 to 1000") != std::string::npos);
  CHECK(why({{"live", "/releases/1"}, {"below", "/elsewhere"}}).find("nothing was deleted") !=
        std::string::npos);
  p.bucket.put("releases/.shipflow/live.json", "no JSON", {}, {}).value();
  CHECK(why({{"live", "/releases/1"}}).find("cannot be read; delete it") != std::string::npos);
  CHECK(p.stand() == "1 ");
}

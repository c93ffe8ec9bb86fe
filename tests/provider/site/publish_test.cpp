// Releases of a site over the model of a bucket.
#include "window.hpp"

using namespace tests;

TEST_CASE("provider/site: a release is published, looked at, verified and taken back") {
  window w;
  w.bucket.put("robots.txt", "from before", {{"content-type", "text/plain"}}, {}).value();
  w.bucket.put("index.html", "from before", {{"content-type", "text/html"}}, {}).value();
  const auto before = w.served();
  const auto nothing = w.look();
  CHECK(nothing.at("release").is_null());
  w.local = shop("1.0.0");
  const auto done = w.publish("1.0.0");
  REQUIRE_MESSAGE(done.kind == answer_kind::done, done.problem.text());
  CHECK(done.value.at("version") == "1.0.0");
  CHECK(done.value.at("files") == w.local.size());
  CHECK(done.value.at("uploaded") == w.local.size());
  CHECK(w.broken.empty());
  CHECK(w.served().at("robots.txt") == "from before");
  CHECK(w.bucket.find("index.html")->headers.at("cache-control") == "no-cache");
  CHECK(w.look().at("version") == "1.0.0");
  CHECK(w.act("verify", {{"version", "1.0.0"}}).kind == answer_kind::done);
  CHECK(w.act("verify", {{"version", "0.9.0"}}).kind == answer_kind::failed);
  const auto back = w.undo(nothing);
  REQUIRE_MESSAGE(back.kind == answer_kind::done, back.problem.text());
  CHECK(w.served() == before);
  CHECK(w.bucket.find("index.html")->headers.at("content-type") == "text/html");
  CHECK(w.look() == nothing);
  CHECK(w.bucket.objects().size() == 3);  // and the lock, which nobody holds
}

TEST_CASE("provider/site: only what differs is sent, and undo brings back exactly what was there") {
  window w;
  w.local = shop("1.0.0");
  REQUIRE(w.publish("1.0.0").kind == answer_kind::done);
  const auto first = w.look();
  const auto served = w.served();
  w.local = shop("1.1.0", 2);
  const auto second = w.publish("1.1.0");
  REQUIRE_MESSAGE(second.kind == answer_kind::done, second.problem.text());
  CHECK(second.value.at("uploaded") == 5);      // sheet, version.json, two pages, the entry
  CHECK(w.served().contains("p2/index.html"));  // stays for those who have the old page open
  const auto paths = second.value.at("paths").as_array();
  CHECK(std::find(paths.begin(), paths.end(), json::value("/index.html")) != paths.end());
  CHECK(std::find(paths.begin(), paths.end(), json::value("/")) != paths.end());
  REQUIRE(w.undo(first).kind == answer_kind::done);
  CHECK(w.broken.empty());
  CHECK(w.look().at("restores") == first.at("restores"));
  auto now = w.served();
  for (const auto& [key, body] : served) CHECK(now[key] == body);
  CHECK(w.act("verify").kind == answer_kind::done);
}

TEST_CASE("provider/site: the same content is not sent again, and other caching alone sends nothing") {
  window w;
  w.local = shop("1.0.0");
  REQUIRE(w.publish("1.0.0").kind == answer_kind::done);
  const auto again = w.publish("1.0.0", "another run");
  REQUIRE(again.kind == answer_kind::done);
  CHECK(again.value.at("uploaded") == 0);
  CHECK(again.value.at("changed") == 0);
  const auto seen = w.look();
  w.target["cache"] = json::object{{"*.svg", "max-age=60"}};
  const auto cached = w.publish("1.0.0", "a third run");
  REQUIRE(cached.kind == answer_kind::done);
  CHECK(cached.value.at("uploaded") == 0);
  CHECK(cached.value.at("changed") == 1);
  CHECK(w.bucket.find("logo.svg")->headers.at("cache-control") == "max-age=60");
  REQUIRE(w.undo(seen).kind == answer_kind::done);
  CHECK(w.bucket.find("logo.svg")->headers.at("cache-control") == "no-cache");
  CHECK(w.look().at("restores") == seen.at("restores"));
}

TEST_CASE("provider/site: opaque ETags, as keys of KMS give them, do not make anything be sent again") {
  window w;
  w.bucket.opaque_etags = true;
  w.local = shop("1.0.0");
  REQUIRE(w.publish("1.0.0").kind == answer_kind::done);
  const auto seen = w.look();
  CHECK(w.publish("1.0.0", "again").value.at("uploaded") == 0);
  const auto first = w.look();
  w.local = shop("1.1.0");
  REQUIRE(w.publish("1.1.0").kind == answer_kind::done);
  REQUIRE(w.undo(first).kind == answer_kind::done);
  CHECK(w.look().at("restores") == first.at("restores"));
  CHECK(w.look().at("digest") == seen.at("digest"));
}

TEST_CASE("provider/site: former releases are restored by version and forward again") {
  window w;
  for (const auto* v : {"1.0.0", "1.1.0", "1.2.0"}) {
    w.local = shop(v);
    REQUIRE(w.publish(v).kind == answer_kind::done);
  }
  const auto newest = w.look();
  const auto old = w.act("restore", {{"version", "1.0.0"}}, "a");
  REQUIRE_MESSAGE(old.kind == answer_kind::done, old.problem.text());
  CHECK(w.served().at("version.json") == "1.0.0");
  REQUIRE(w.act("restore", {{"version", "1.2.0"}}, "b").kind == answer_kind::done);
  CHECK(w.served().at("version.json") == "1.2.0");
  CHECK(w.look().at("restores") == newest.at("restores"));
  const auto missing = w.act("restore", {{"version", "9.9.9"}}, "c");
  REQUIRE(missing.kind == answer_kind::failed);
  CHECK(missing.problem.message.find("version 9.9.9 is not kept; kept are: ") != std::string::npos);
  CHECK(w.broken.empty());
}

TEST_CASE("provider/site: what left is deleted after its time and only when no kept release has it") {
  window w;
  w.target["keep"] = json::object{{"releases", 1}, {"for", "1d"}};
  std::string sheet;
  for (const auto* v : {"1.0.0", "1.1.0", "1.2.0"}) {
    w.local = shop(v);
    if (sheet.empty()) sheet = w.local.begin()->first;
    REQUIRE(w.publish(v).kind == answer_kind::done);
  }
  w.bucket.put("uploads/photo.jpg", "somebody else's", {}, {}).value();
  CHECK(w.act("prune").value.at("left") == 2);
  CHECK(w.bucket.find(sheet) != nullptr);
  w.clock += std::chrono::hours(25);
  const auto done = w.act("prune", {}, "later");
  REQUIRE_MESSAGE(done.kind == answer_kind::done, done.problem.text());
  CHECK(w.bucket.find(sheet) == nullptr);
  CHECK(w.bucket.find("uploads/photo.jpg") != nullptr);
  CHECK(w.act("verify").kind == answer_kind::done);
  // The one release that is kept can still be brought back.
  REQUIRE(w.act("restore", {}, "back").kind == answer_kind::done);
  CHECK(w.served().at("version.json") == "1.1.0");
  CHECK(w.broken.empty());
}

TEST_CASE("provider/site: one run at a time, until its lock is old") {
  window w;
  w.local = shop("1.0.0");
  w.on.allow(3);
  CHECK(w.publish("1.0.0").kind == answer_kind::failed);
  w.on.allow(1'000'000);
  w.run = "run-2";
  const auto refused = w.publish("1.1.0");
  REQUIRE(refused.kind == answer_kind::failed);
  CHECK(refused.problem.code == errc::conflict);
  CHECK(refused.problem.message.find("run run-1") != std::string::npos);
  w.clock += std::chrono::minutes(16);
  CHECK(w.publish("1.1.0").kind == answer_kind::done);
}

TEST_CASE("provider/site: who lost the lock, or the manifest, writes nothing more") {
  window w;
  w.local = shop("1.0.0");
  REQUIRE(w.publish("1.0.0").kind == answer_kind::done);
  w.local = shop("1.1.0");
  bool stolen = false;
  w.on.on_write = [&] {
    if (stolen || w.bucket.find(".shipflow/lock.json") == nullptr) return;
    stolen = true;
    w.bucket
        .put(".shipflow/lock.json", R"({"holder": "thief", "token": 9, "at": "2026-03-03T10:00:00.000Z"})",
             {}, {})
        .value();
  };
  const auto lost = w.publish("1.1.0");
  REQUIRE(lost.kind == answer_kind::failed);
  CHECK(lost.problem.code == errc::fenced);
  CHECK(w.look().at("version") == "1.0.0");
}

TEST_CASE("provider/site: bad directories and names are refused before anything is written") {
  window w;
  CHECK(w.publish("1.0.0").problem.message.find("has no files") != std::string::npos);
  w.local = shop("1.0.0");
  w.local[".shipflow/x"] = "mine";
  CHECK(w.publish("1.0.0").problem.message.find("leave .shipflow/ out") != std::string::npos);
  CHECK(w.served().empty());
  w.target.erase("directory");
  CHECK(w.publish("1.0.0").problem.message.find("publish needs `directory`") != std::string::npos);
}

TEST_CASE("provider/site: bindings that cannot work are refused with what is wrong") {
  const auto why = [](const char* text) {
    const auto b = site::read_binding(parse_json(text)->as_object());
    return b ? std::string{} : b.error().message;
  };
  CHECK(why(R"({"bucket": "shop"})").empty());
  CHECK(why(R"({})") == "site binding: bucket is missing");
  CHECK(why(R"({"bucket": "a/b"})").find("must be the name of a bucket") != std::string::npos);
  CHECK(why(R"({"bucket": "shop", "colour": 1})") == "site binding: colour is not known here");
  CHECK(why(R"({"bucket": "shop", "account": 12})").find("12 digits") != std::string::npos);
  CHECK(why(R"({"bucket": "shop", "cache": {"*": "a\nb"}})").find("Cache-Control") != std::string::npos);
  CHECK(why(R"({"bucket": "shop", "cache": []})").find("must be a mapping") != std::string::npos);
  CHECK(why(R"({"bucket": "shop", "types": {"html": "x"}})").find("begins with a dot") != std::string::npos);
  CHECK(why(R"({"bucket": "shop", "keep": {"releases": 0}})").find("1 to 50") != std::string::npos);
  CHECK(why(R"({"bucket": "shop", "keep": {"for": "long"}})").find("keep: for") != std::string::npos);
  CHECK(why(R"({"bucket": "shop", "connections": 0})").find("1 to 256") != std::string::npos);
  CHECK(why(R"({"bucket": "shop", "encryption": "rot13"})").find("aws:kms") != std::string::npos);
  CHECK(why(R"({"bucket": "shop", "kms_key": "k"})").find("needs `encryption: aws:kms`") !=
        std::string::npos);
  CHECK(why(R"({"bucket": "shop", "prefix": "/x"})").find("must not begin") != std::string::npos);
  CHECK(why(R"({"bucket": "shop", "stale_lock": "1s"})").find("at least 2m") != std::string::npos);
}

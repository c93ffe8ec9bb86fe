// Services, database and CDN over the double and real programs: a good version, and two that are taken back.
#include "aws/place.hpp"
#include "aws_double/double.hpp"
#include "documents.hpp"
#include "http/server_process.hpp"
#include "world/aws/cloudfront.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <set>

using namespace tests;

namespace {

constexpr const char* npm = R"(#!/bin/sh
echo "$*" >> npm.log
[ "$2" = test:smoke ] && [ -e smoke-fails ] && exit 1
exit 0
)";

shipflow::cloud::ecs_options behaviours() {
  shipflow::cloud::ecs_options o;
  o.behaves = [](const std::string& image) {
    shipflow::cloud::image_behaviour b;
    if (image.ends_with("frontend:ill")) b.dies = std::chrono::seconds(1);
    return b;
  };
  return o;
}

/// Answers 200 to everything.
raw_server healthy_site() {
  return raw_server([](raw_connection& c) {
    while (c.read_request())
      if (!c.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) return;
  });
}

class shop {
 public:
  shop() : cloud_(behaviours(), 60), site_(healthy_site()) {
    for (const char* name : {"npm", "docker"}) {
      place_.write(name, npm);
      std::filesystem::permissions(place_.path / name, std::filesystem::perms::owner_all);
    }
    cloud_.with<cloud::ecs, cloud::cloudfront>([](auto& services, auto& cdn, auto now) {
      for (const std::string name : {"backend", "frontend"})
        services
            .install("ecommerce-test", name + "-service", 2,
                     {{"family", name},
                      {"containerDefinitions",
                       json::array{json::object{{"name", name},
                                                {"image", "registry.example.com/" + name + ":1.2.0"}}}}},
                     {{"deploymentConfiguration",
                       {{"minimumHealthyPercent", 100},
                        {"maximumPercent", 200},
                        {"deploymentCircuitBreaker", {{"enable", true}, {"rollback", true}}}}}},
                     now)
            .completed = name + ":1";
      cdn.install("E2EXAMPLE1AB", "");
    });
  }

  /// The phase a release ends in, and why; people say yes to all they are asked.
  std::string released(const std::string& version) {
    loop time;
    engine_options options;
    options.secrets = [](const std::string&, const secret_reply& done) {
      done(std::string("not-to-be-seen"));
    };
    engine works(time, make_memory_store(), std::move(options));
    const auto aws = place::with_keys(cloud_.url()).options();
    works.add(make_ecs_provider({.aws = aws})).value();
    works.add(make_cloudfront_provider({.aws = aws})).value();
    command_options commands;
    commands.state_directory = (place_.path / "commands").string();
    commands.environment = {{"PATH", place_.path.string() + ":/usr/bin:/bin"}};
    works.add(std::shared_ptr<provider>(make_command_provider(commands).value())).value();
    const auto probes = make_probes();
    works.add(probes).value();
    works.add(make_probe_provider({probes})).value();
    works.add(make_notifiers()).value();
    const documents at{place_.path.string(), "http://127.0.0.1:" + std::to_string(site_.port), "200ms"};
    const auto what = compiled_for("testing", at, version, &works.offers());
    const auto run = works.start(what, {"user:me", {"group:developers"}, "", ""}).value();
    std::set<std::string> said_to;
    time.run_until([&] {
      const auto now = works.look(run);
      for (const auto& [id, q] : now->questions) {
        if (!said_to.insert(id).second) continue;
        asked_.push_back(id);
        said yes{"", "approve", "user:boss", {"group:release-managers"}, {{"step", id}}};
        works.say(run, yes).value();
      }
      return works.ended(run);
    });
    const auto state = works.look(run);
    return std::string(name_of(state->phase)) + " " + state->reason;
  }

  /// Image and count of both services, and the distribution's configuration.
  json::object picture() {
    json::object out;
    cloud_.with<cloud::ecs, cloud::cloudfront>([&](auto& services, auto& cdn, auto) {
      for (const std::string name : {"backend", "frontend"}) {
        const auto* s = services.find("ecommerce-test", name + "-service");
        out[name] = json::object{{"image", services.image_of(s->definition)}, {"desired", s->desired}};
      }
      out["cdn"] = cdn.find("E2EXAMPLE1AB")->config;
    });
    return out;
  }
  std::vector<std::vector<std::string>> invalidated() {
    std::vector<std::vector<std::string>> out;
    cloud_.with<cloud::cloudfront>([&](auto& cdn, auto) {
      for (const auto& i : cdn.find("E2EXAMPLE1AB")->invalidations) out.push_back(i.paths);
    });
    return out;
  }
  /// What npm was asked for, in order.
  std::vector<std::string> npm_calls() const {
    std::ifstream in(place_.path / "npm.log");
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  }
  void let_smoke_fail() { place_.write("smoke-fails", ""); }
  /// Calls that change something, in order.
  std::vector<std::string> writes() {
    auto all = cloud_.calls();
    std::erase_if(all,
                  [](const std::string& c) { return c != "UpdateService" && c != "CreateInvalidation"; });
    return all;
  }

  std::vector<std::string> asked_;

 private:
  temporary_directory place_;
  aws_double cloud_;
  raw_server site_;
};

bool among(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

TEST_CASE("coordinated: a good version reaches services, database and CDN") {
  shop s;
  const auto end = s.released("1.3.0");
  CHECK_MESSAGE(end.starts_with("released"), end);
  const auto now = s.picture();
  CHECK(now.at("backend").at("image") == "registry.example.com/backend:1.3.0");
  CHECK(now.at("frontend").at("image") == "registry.example.com/frontend:1.3.0");
  CHECK(s.invalidated() == std::vector<std::vector<std::string>>{{"/*"}});
  CHECK(among(s.npm_calls(), "run migration:run"));
  CHECK(!among(s.npm_calls(), "run migration:revert"));
}

TEST_CASE(
    "coordinated: a version that fails its smoke test is taken back everywhere, and the CDN is cleared "
    "last") {
  shop s;
  const auto before = s.picture();
  s.let_smoke_fail();
  const auto end = s.released("1.3.0");
  CHECK_MESSAGE(end.starts_with("rolled_back"), end);
  CHECK(s.picture() == before);
  CHECK(among(s.npm_calls(), "run migration:revert"));
  CHECK(!s.asked_.empty());  // traffic has reached the new schema: a person decides about the database
  CHECK(s.invalidated().size() == 2);
  const auto writes = s.writes();
  REQUIRE(!writes.empty());
  CHECK(std::count(writes.begin(), writes.end(), "UpdateService") == 4);
  const auto last_service = std::find(writes.rbegin(), writes.rend(), "UpdateService");
  CHECK(std::find(writes.rbegin(), last_service, "CreateInvalidation") != last_service);
}

TEST_CASE(
    "coordinated: a frontend that never comes up is taken back with its backend, and the cache is cleared "
    "after them") {
  shop s;
  const auto before = s.picture();
  const auto end = s.released("ill");
  CHECK_MESSAGE(end.starts_with("rolled_back"), end);
  CHECK(s.picture() == before);
  CHECK(among(s.npm_calls(), "run migration:revert"));
  CHECK(s.invalidated().size() == 1);
  CHECK(s.writes().back() == "CreateInvalidation");
}

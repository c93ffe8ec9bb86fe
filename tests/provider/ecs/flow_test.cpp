// A release as people meet it: their requests go through the double's listener while the provider works on it.
#include "aws_double/flow.hpp"

#include "over_http.hpp"

#include <algorithm>

using namespace tests;

namespace {

/// Somebody who asks again and again.
class people {
 public:
  explicit people(std::uint16_t port)
      : asks_([this, port](const std::stop_token& over) { ask(port, over); }) {}
  /// Status or version -> answers, of everything asked so far.
  std::map<std::string, int> leave() {
    asks_.request_stop();
    asks_.join();
    return said_;
  }

 private:
  void ask(std::uint16_t port, const std::stop_token& over) {
    tiny_client line(port);
    while (!over.stop_requested()) {
      const auto got = line.get("/");
      const auto body = parse_json(got.body);
      ++said_[got.status == 200 && body ? std::string(body->at("version").as_string())
                                        : "status " + std::to_string(got.status)];
    }
  }
  std::map<std::string, int> said_;
  std::jthread asks_;
};

}  // namespace

TEST_CASE(
    "provider/ecs over HTTP: no request is lost while a release goes through, and while it is taken back") {
  aws_double d(with_versions(), 60);
  put_up_shop(d);
  flow requests(d);
  over_http s(d);
  people customers(requests.port(shop_listener));
  const json::object version{{"version", "1.5.0"}};
  const auto launched = s.carry("launch", version);
  REQUIRE_MESSAGE(launched.ended.kind == answer_kind::done, kind_and_problem(launched.ended));
  const auto part = s.carry("shift", {{"weight", 10}}, "part");
  REQUIRE_MESSAGE(part.ended.kind == answer_kind::done, kind_and_problem(part.ended));
  const auto all = s.carry("shift", {{"weight", 100}}, "all");
  REQUIRE_MESSAGE(all.ended.kind == answer_kind::done, kind_and_problem(all.ended));
  const auto retired = s.carry("retire", {});
  REQUIRE_MESSAGE(retired.ended.kind == answer_kind::done, kind_and_problem(retired.ended));
  CHECK(s.undo("retire", {}, retired.before).kind == answer_kind::done);
  CHECK(s.undo("shift", {{"weight", 100}}, all.before).kind == answer_kind::done);
  CHECK(s.undo("shift", {{"weight", 10}}, part.before).kind == answer_kind::done);
  CHECK(s.undo("launch", version, launched.before).kind == answer_kind::done);
  const auto said = customers.leave();
  INFO(json::serialize(json::value_from(said)));
  CHECK(said.size() == 2);
  CHECK(said.at("1.4.0") > 10);
  CHECK(said.at("1.5.0") > 10);
}

TEST_CASE("provider/ecs over HTTP: in maintenance people get the page, and the shop as it was afterwards") {
  aws_double d(with_versions(), 60);
  put_up_shop(d);
  flow requests(d);
  over_http s(d);
  tiny_client line(requests.port(shop_listener));
  CHECK(line.get("/").status == 200);
  const auto on = s.carry("maintenance", {{"on", true}, {"page", "<h1>soon</h1>"}});
  REQUIRE_MESSAGE(on.ended.kind == answer_kind::done, kind_and_problem(on.ended));
  const auto page = line.get("/cart");
  CHECK(page.status == 503);
  CHECK(page.body == "<h1>soon</h1>");
  CHECK(s.undo("maintenance", {{"on", true}}, on.before).kind == answer_kind::done);
  CHECK(line.get("/cart").status == 200);
}

// A canary over the model of CloudFront: launch, shift, promotion and the way back from each; and the contract of providers.
#include "canaries.hpp"

#include <shipflow/provider_suite.hpp>

using namespace tests;
using std::chrono::minutes;

namespace {

void done(const answer& a) { CHECK_MESSAGE(a.kind == answer_kind::done, kind_and_problem(a)); }

}  // namespace

TEST_CASE(
    "provider/cloudfront: a release is tried on a share of the viewers, promoted, and the next one uses the "
    "same") {
  canary_site s;
  const auto launched = s.carry("launch", to_new);
  done(launched.ended);
  CHECK(at(launched.before, "/staging") == "");
  CHECK(at(launched.ended.value, "/path") == "/releases/1.5.0");
  CHECK(s.path() == "/releases/1.4.0");
  CHECK(s.percent() == 0);
  const auto five = s.carry("shift", weight(5), "five");
  done(five.ended);
  CHECK(at(five.ended.value, "/weights") == json::value{{"old", 95}, {"new", 5}});
  CHECK(at(five.ended.value, "/version") == "1.5.0");
  CHECK(s.percent() == 5);
  done(s.carry("shift", weight(15), "fifteen").ended);
  CHECK(s.percent() == 15);
  const auto all = s.carry("shift", weight(100), "all");
  done(all.ended);
  CHECK(at(all.ended.value, "/weights/new") == 100);
  CHECK(at(all.ended.value, "/completed") == true);
  CHECK(s.path() == "/releases/1.5.0");
  done(s.carry("retire", {}).ended);
  // Each effect happened once.
  for (const auto& [key, count] : s.where->effects()) CHECK_MESSAGE(count.times == 1, key);

  s.run = "run-2";
  const auto again = s.carry("launch", {{"version", "1.6.0"}}, "again");
  done(again.ended);
  CHECK(at(again.ended.value, "/staging") == at(launched.ended.value, "/staging"));
  CHECK(at(again.before, "/version") == "1.5.0");
}

TEST_CASE("provider/cloudfront: a canary is taken back from any stage, and what was there is there again") {
  for (const auto& [furthest, canary] : {std::pair{5, json::object{{"staging", "ESTAGED"}}},
                                         std::pair{100, json::object{{"staging", "ESTAGED"}}},
                                         std::pair{5, json::object{}}, std::pair{100, json::object{}}}) {
    CAPTURE(furthest);
    CAPTURE(canary.size());
    canary_site s(canary);
    const auto before = s.cloud->snapshot();
    const auto launched = s.carry("launch", to_new);
    done(launched.ended);
    CHECK(s.cloud->snapshot().at("staging:api") == "/releases/1.5.0");
    const auto first = s.carry("shift", weight(5), "five");
    done(first.ended);
    if (furthest == 100) done(s.carry("shift", weight(100), "all").ended);
    done(s.ready("shift", weight(5), first.before));
    done(s.undo("shift", weight(5), first.before));
    CHECK(at(s.look("shift", weight(5), first.before).value, "/restores") == at(first.before, "/restores"));
    done(s.ready("launch", to_new, launched.before));
    done(s.undo("launch", to_new, launched.before));
    CHECK(at(s.look("launch", to_new, launched.before).value, "/restores") ==
          at(launched.before, "/restores"));
    CHECK(s.cloud->snapshot() == before);
  }
}

TEST_CASE(
    "provider/cloudfront: what a release made for its canary stays, and serves nobody after it was taken "
    "back") {
  canary_site s;
  const auto before = s.cloud->snapshot();
  const auto launched = s.carry("launch", to_new);
  const auto first = s.carry("shift", weight(5));
  done(s.undo("shift", weight(5), first.before));
  done(s.undo("launch", to_new, launched.before));
  CHECK(s.cloud->snapshot() == before);
  CHECK(at(s.look("launch", to_new, launched.before).value, "/restores") == at(launched.before, "/restores"));
  CHECK(at(s.look("launch").value, "/staging") != "");
}

TEST_CASE("provider/cloudfront: a header chooses who is in the canary, before anybody else is") {
  canary_site s;
  done(s.carry("launch", to_new).ended);
  const json::object testers{{"header", {{"name", "aws-cf-cd-shop"}, {"value", "next"}}}};
  const auto first = s.carry("shift", testers, "testers");
  done(first.ended);
  CHECK(at(first.ended.value, "/weights/new") == 0);
  CHECK(at(first.ended.value, "/header") == "aws-cf-cd-shop");
  CHECK(at(s.cloud->snapshot(), "/traffic:api/share/header") == "aws-cf-cd-shop");
  done(s.carry("shift", weight(10), "ten").ended);
  CHECK(s.percent() == 10);
  done(s.carry("shift", weight(0), "none").ended);
  CHECK(s.percent() == 0);
  done(s.undo("shift", testers, first.before));
  CHECK(s.percent() == 0);
}

TEST_CASE(
    "provider/cloudfront: shares that CloudFront does not give, and other nonsense, are refused before a "
    "change") {
  canary_site s;
  done(s.carry("launch", to_new).ended);
  const auto effects = s.where->effects().size();
  for (const auto& wrong :
       {json::object{}, json::object{{"weight", 16}}, json::object{{"weight", 99}},
        json::object{{"weight", 101}}, json::object{{"weight", -1}},
        json::object{{"header", {{"name", "x-shop"}, {"value", "1"}}}},
        json::object{{"header", {{"name", "aws-cf-cd-"}, {"value", "1"}}}},
        json::object{{"header", {{"name", "aws-cf-cd-shop"}}}},
        json::object{{"weight", 5}, {"header", {{"name", "aws-cf-cd-shop"}, {"value", "1"}}}}}) {
    CAPTURE(json::serialize(wrong));
    CHECK(s.carry("shift", wrong, "wrong").ended.problem.code == errc::invalid_argument);
  }
  CHECK(s.look("shift", {{"weight", 50}}).problem.message.find("at most 15%") != std::string::npos);
  for (const auto& wrong : {json::object{}, json::object{{"version", "1"}, {"path", "releases"}},
                            json::object{{"version", "a b"}}})
    CHECK(s.carry("launch", wrong, "wrong").ended.problem.code == errc::invalid_argument);
  CHECK(s.where->effects().size() == effects);
}

TEST_CASE(
    "provider/cloudfront: without a launch there is nothing to shift to, and nothing to retire before all "
    "have it") {
  canary_site s;
  CHECK(s.look("shift", weight(5)).problem.message.find("launch comes before shift") != std::string::npos);
  done(s.carry("launch", to_new).ended);
  const auto early = s.carry("retire", {}).ended;
  CHECK(early.kind == answer_kind::conflict);
  CHECK(early.problem.message.find("shift to 100 comes first") != std::string::npos);
  const auto other = s.carry("shift", {{"weight", 5}, {"path", "/releases/9"}}).ended;
  CHECK(other.kind == answer_kind::conflict);
  CHECK(at(other.value, "/found") == "/releases/1.5.0");
}

TEST_CASE("provider/cloudfront: bindings of canaries that cannot be are refused by name") {
  canary_site s;
  for (const auto& wrong :
       {json::object{{"x", 1}}, json::object{{"releases", "/releases"}},
        json::object{{"releases", "${version}"}}, json::object{{"releases", "/${version}/"}},
        json::object{{"staging", "none"}}, json::object{{"stay", {{"idle", "4m"}}}},
        json::object{{"stay", {{"idle", "10m"}, {"most", "5m"}}}}, json::object{{"stay", {{"idle", "2h"}}}},
        json::object{{"stay", {{"most", "1h"}}}}}) {
    CAPTURE(json::serialize(wrong));
    const auto offered = s.cloud->actions_of(a_canary(wrong));
    REQUIRE(offered.has_error());
    CHECK(offered.error().message.find("canary") != std::string::npos);
  }
  auto no_mapping = a_distribution();
  no_mapping["canary"] = "yes";
  CHECK(s.cloud->actions_of(no_mapping).has_error());
  CHECK(s.cloud->actions_of(a_distribution()).value().size() == 2);
  CHECK(s.cloud->actions_of(a_canary()).value().size() == 5);
  s.target = a_distribution();
  CHECK(s.carry("shift", weight(5)).ended.problem.message.find("needs `canary`") != std::string::npos);
}

TEST_CASE("provider/cloudfront: a path that somebody set during the canary is a conflict with both") {
  canary_site s;
  done(s.carry("launch", to_new).ended);
  const auto first = s.carry("shift", weight(5));
  done(first.ended);
  REQUIRE(s.cloud->disturb(disturbance::foreign_change, s.make(verb::apply, "shift", weight(5))));
  const auto back = s.undo("shift", weight(5), first.before);
  CHECK(back.kind == answer_kind::conflict);
  CHECK(at(back.value, "/found") == "/by-hand");
  CHECK(s.ready("shift", weight(5), first.before).kind == answer_kind::conflict);
  REQUIRE(s.cloud->disturb(disturbance::put_right, s.make(verb::apply, "shift", weight(5))));
  done(s.undo("shift", weight(5), first.before));
}

TEST_CASE("provider/cloudfront: canaries keep the contract of providers") {
  canary_site s({{"staging", "ESTAGED"}});
  done(s.carry("launch", to_new).ended);
  std::optional<provider_report> report;
  check_provider(s.time, s.cloud,
                 {{"launch", s.target, {{"version", "1.5.1"}}, {}, minutes(15)},
                  {"shift", s.target, {{"weight", 5}}, {}, minutes(15)}},
                 [&](provider_report r) { report = std::move(r); });
  s.time.run_until([&] { return report.has_value(); });
  REQUIRE(report);
  CHECK(report->kept.size() > 10);
  for (const auto& b : report->broken) FAIL_CHECK(b.rule, " ", b.action, ": ", b.what);
}

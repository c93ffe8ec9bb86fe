// The provider's own code over the model of CloudFront; and the contract of providers.
#include "sites.hpp"

#include <shipflow/provider_suite.hpp>

using namespace tests;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const json::object some{{"paths", {"index.html", "/assets/a b.js"}}};

}  // namespace

TEST_CASE(
    "provider/cloudfront: an invalidation is made once whoever asks again, waited for, and made again on the "
    "way back") {
  site s;
  auto q = s.make(verb::apply, "invalidate", some);
  auto r = q;
  r.what = verb::resolve;
  CHECK(s.ask(r).kind == answer_kind::not_applied);
  const auto first = s.ask(q);
  const auto again = s.ask(q);
  REQUIRE_MESSAGE(first.kind == answer_kind::started, kind_and_problem(first));
  CHECK(at(again.value, "/invalidation") == at(first.value, "/invalidation"));
  CHECK(at(s.ask(r).value, "/invalidation") == at(first.value, "/invalidation"));
  const auto end = s.finish(q, first);
  REQUIRE_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
  CHECK(at(end.value, "/completed") == true);
  CHECK(at(end.value, "/paths") == 3);  // index.html is `/` too
  CHECK(s.where->effects().at("key of invalidate").times == 1);
  const auto back = s.undo("invalidate", some, json::object{});
  CHECK_MESSAGE(back.kind == answer_kind::done, kind_and_problem(back));
  CHECK(s.where->effects().at("undo of invalidate").undone == 1);
}

TEST_CASE("provider/cloudfront: an invalidation can be of one way only") {
  site s;
  const json::object back{{"paths", {"/*"}}, {"way", "back"}};
  const auto first = s.carry("invalidate", back);
  CHECK(first.ended.kind == answer_kind::done);
  CHECK(s.where->effects().empty());
  CHECK(s.undo("invalidate", back, first.before).kind == answer_kind::done);
  CHECK(s.where->effects().at("undo of invalidate").undone == 1);
  const json::object there{{"paths", {"/*"}}, {"way", "there"}};
  CHECK(s.carry("invalidate", there, "there").ended.kind == answer_kind::done);
  CHECK(s.where->effects().at("there").times == 1);
  s.run = "run-2";
  CHECK(s.undo("invalidate", there, first.before).kind == answer_kind::done);
  CHECK(s.where->effects().at("undo of invalidate").undone == 1);
  CHECK(s.carry("invalidate", {{"paths", {"/*"}}, {"way", "up"}}, "up").ended.problem.code ==
        errc::invalid_argument);
}

TEST_CASE("provider/cloudfront: an invalidation that takes too long keeps no release up, and says so") {
  site s;
  const json::object patient{{"paths", {"/*"}}, {"within", "2m"}};
  auto q = s.make(verb::apply, "invalidate", patient);
  const auto begun = s.ask(q);
  REQUIRE(s.cloud->disturb(disturbance::stall, q));
  s.wait(seconds(30));
  auto looked = q;
  looked.what = verb::settle;
  looked.handle = begun.value;
  const auto meanwhile = s.ask(looked);
  CHECK(meanwhile.kind == answer_kind::progress);
  CHECK(meanwhile.text.starts_with("1 paths, for 30"));
  const auto end = s.finish(q, begun);
  REQUIRE_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
  CHECK(at(end.value, "/completed") == false);
  for (const auto& wrong :
       {json::object{}, json::object{{"paths", json::array{}}}, json::object{{"paths", "/*"}},
        json::object{{"paths", {1}}}, json::object{{"paths", {"/a"}}, {"most_paths", 0}},
        json::object{{"paths", {"/a"}}, {"within", "soon"}}})
    CHECK(s.carry("invalidate", wrong, "wrong").ended.problem.code == errc::invalid_argument);
}

TEST_CASE(
    "provider/cloudfront: another release is served by the origin's path, and the one before comes back") {
  site s;
  const json::object inputs{{"path", "/releases/1.5.0"}};
  const auto a = s.carry("switch_origin", inputs);
  REQUIRE_MESSAGE(a.ended.kind == answer_kind::done, kind_and_problem(a.ended));
  CHECK(s.cloud->snapshot().at("origin:api") == "/releases/1.5.0");
  CHECK(s.ready("switch_origin", inputs, a.before).kind == answer_kind::done);
  CHECK(s.undo("switch_origin", inputs, a.before).kind == answer_kind::done);
  CHECK(s.cloud->snapshot().at("origin:api") == "/releases/1.4.0");
  for (const auto& wrong : {json::object{}, json::object{{"path", "releases"}}, json::object{{"path", "/a/"}},
                            json::object{{"path", "/a b"}}, json::object{{"path", 1}}})
    CHECK(s.carry("switch_origin", wrong, "wrong").ended.problem.code == errc::invalid_argument);
}

TEST_CASE("provider/cloudfront: a path that somebody else set is a conflict with both") {
  site s;
  const json::object inputs{{"path", "/releases/1.5.0"}};
  const auto a = s.carry("switch_origin", inputs);
  REQUIRE(a.ended.kind == answer_kind::done);
  REQUIRE(s.cloud->disturb(disturbance::foreign_change, s.make(verb::apply, "switch_origin", inputs)));
  const auto back = s.undo("switch_origin", inputs, a.before);
  CHECK(back.kind == answer_kind::conflict);
  CHECK(at(back.value, "/found") == "/by-hand");
  CHECK(s.ready("switch_origin", inputs, a.before).kind == answer_kind::conflict);
  REQUIRE(s.cloud->disturb(disturbance::put_right, s.make(verb::apply, "switch_origin", inputs)));
  CHECK(s.undo("switch_origin", inputs, a.before).kind == answer_kind::done);
}

TEST_CASE("provider/cloudfront: bindings without a distribution, or with what is not known, are refused") {
  site s;
  for (const auto& wrong : {json::object{}, json::object{{"distribution", "none"}},
                            json::object{{"distribution", "E1"}, {"x", 1}},
                            json::object{{"distribution", "E1"}, {"account", "1"}}})
    CHECK(s.cloud->actions_of(wrong).error().code == errc::invalid_argument);
  s.target = json::object{{"distribution", "E2EXAMPLE1AB"}, {"origin", "other"}};
  const auto none = s.look("switch_origin");
  CHECK(none.problem.message.find("name one of site") != std::string::npos);
  s.target = json::object{{"distribution", "E404"}};
  CHECK(s.look("invalidate").kind == answer_kind::failed);
}

TEST_CASE("provider/cloudfront: keeps the contract of providers") {
  site s;
  std::optional<provider_report> report;
  check_provider(s.time, s.cloud,
                 {{"invalidate", a_distribution(), some, {}, minutes(5)},
                  {"switch_origin", a_distribution(), {{"path", "/releases/1.5.0"}}, {}, minutes(5)}},
                 [&](provider_report r) { report = std::move(r); });
  s.time.run_until([&] { return report.has_value(); });
  REQUIRE(report);
  CHECK(report->kept.size() > 10);
  for (const auto& b : report->broken) FAIL_CHECK(b.rule, " ", b.action, ": ", b.what);
}

// The provider over HTTP, against the double; and botocore against the double.
#include "aws_double/clients.hpp"
#include "sites.hpp"

using namespace tests;

namespace {

constexpr int speed = 240;

std::size_t invalidations(aws_double& d) {
  std::size_t n = 0;
  d.with<cloud::cloudfront>([&](auto& model, auto) { n = model.find("E2EXAMPLE1AB")->invalidations.size(); });
  return n;
}

}  // namespace

TEST_CASE(
    "provider/cloudfront over HTTP: only the origin's path is changed, and all is as before on the way "
    "back") {
  aws_double d({}, speed);
  put_up_site(d);
  over_http s(d);
  json::object before;
  d.with<cloud::cloudfront>([&](auto& model, auto) { before = model.find("E2EXAMPLE1AB")->config; });
  const json::object inputs{{"path", "/releases/1.5.0"}};
  const auto a = s.carry("switch_origin", inputs);
  REQUIRE_MESSAGE(a.ended.kind == answer_kind::done, kind_and_problem(a.ended));
  CHECK(at(a.ended.value, "/completed") == true);
  CHECK(invalidations(d) == 1);
  CHECK(s.undo("switch_origin", inputs, a.before).kind == answer_kind::done);
  CHECK(invalidations(d) == 2);
  d.with<cloud::cloudfront>([&](auto& model, auto) { CHECK(model.find("E2EXAMPLE1AB")->config == before); });
}

TEST_CASE(
    "provider/cloudfront over HTTP: what others change between reading and writing is not overwritten") {
  aws_double d({}, speed);
  put_up_site(d);
  over_http s(d);
  d.on_call([&d](const std::string& operation, int number) {
    return operation == "UpdateDistribution" && number == 1 ? mishap::fails_before : mishap::none;
  });
  auto q = s.make(verb::apply, "switch_origin", {{"path", "/releases/1.5.0"}});
  q.baseline = s.look("switch_origin").value;
  d.with<cloud::cloudfront>([](auto& model, auto) {
    auto& made = *model.find("E2EXAMPLE1AB");
    made.config["Comment"] = "by others";
    ++made.version;
  });
  REQUIRE(s.finish(q, s.ask(q)).kind == answer_kind::done);
  d.with<cloud::cloudfront>([](auto& model, auto) {
    CHECK(model.find("E2EXAMPLE1AB")->config.at("Comment") == "by others");
    model.set_origin_path(*model.find("E2EXAMPLE1AB"), "/by-hand");
  });
  CHECK(s.undo("switch_origin", q.inputs, q.baseline).kind == answer_kind::conflict);
}

TEST_CASE("provider/cloudfront over HTTP: what goes wrong with a request makes no second invalidation") {
  for (const auto how : {mishap::throttled, mishap::fails_before, mishap::fails_after, mishap::drops_after}) {
    CAPTURE(static_cast<int>(how));
    aws_double d({}, speed);
    put_up_site(d);
    auto options = place::with_keys(d.url()).options();
    options.attempts = 1;
    over_http s(options);
    d.on_call([how](const std::string& operation, int number) {
      return operation == "CreateInvalidation" && number == 1 ? how : mishap::none;
    });
    const auto end = s.insist("invalidate", {{"paths", {"/a.html"}}}, json::object{});
    CHECK_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
    CHECK(invalidations(d) == 1);
  }
}

TEST_CASE("provider/cloudfront over HTTP: over the limit of those in progress it waits and goes on") {
  aws_double d({}, speed);
  put_up_site(d);
  over_http s(d);
  json::array all;
  for (int i = 0; i < 15; ++i) all.push_back(json::string("/p" + std::to_string(i) + "/*"));
  REQUIRE(s.ask(s.make(verb::apply, "invalidate", {{"paths", all}}, "first")).kind == answer_kind::started);
  auto q = s.make(verb::apply, "invalidate", {{"paths", {"/q/*"}}}, "second");
  const auto begun = s.ask(q);
  REQUIRE_MESSAGE(begun.kind == answer_kind::started, kind_and_problem(begun));
  CHECK(at(begun.value, "/invalidation") == "");  // it was not taken
  CHECK(begun.look_again >= std::chrono::seconds(10));
  const auto end = s.finish(q, begun);
  REQUIRE_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
  CHECK(invalidations(d) == 2);
}

TEST_CASE(
    "provider/cloudfront over HTTP: 3,000 single paths are in progress at most, and the next ones wait and "
    "say so") {
  aws_double d({}, speed);
  put_up_site(d);
  over_http s(d);
  json::array all;
  for (int i = 0; i < 2'000; ++i) all.push_back(json::string("/p" + std::to_string(i) + ".js"));
  const json::object many{{"paths", all}, {"most_paths", 3'000}};
  REQUIRE(s.ask(s.make(verb::apply, "invalidate", many, "first")).kind == answer_kind::started);
  auto q = s.make(verb::apply, "invalidate", many, "second");
  const auto begun = s.ask(q);
  REQUIRE_MESSAGE(begun.kind == answer_kind::started, kind_and_problem(begun));
  CHECK(at(begun.value, "/invalidation") == "");
  auto again = q;
  again.what = verb::settle;
  again.handle = begun.value;
  const auto waits = s.ask(again);
  CHECK(waits.kind == answer_kind::progress);
  CHECK(waits.text == "too many invalidations of E2EXAMPLE1AB are in progress");
  const auto end = s.finish(q, begun);
  REQUIRE_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
  CHECK(at(end.value, "/paths") == 2'000);
  CHECK(invalidations(d) == 2);
}

TEST_CASE("provider/cloudfront over HTTP: 5,000 changed files are one request within the limits") {
  aws_double d({}, speed);
  put_up_site(d);
  over_http s(d);
  json::array all;
  for (int i = 0; i < 5'000; ++i)
    all.push_back(json::string("/blog/" + std::to_string(i % 10) + "/p" + std::to_string(i) + "/index.html"));
  const auto end = s.carry("invalidate", {{"paths", all}}).ended;
  REQUIRE_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
  CHECK(at(end.value, "/paths").as_int64() <= 1'000);
  CHECK(at(end.value, "/patterns").as_int64() <= 15);
}

TEST_CASE(
    "provider/cloudfront over HTTP: the wrong account changes nothing, and what is not there is named") {
  aws_double d({}, speed);
  put_up_site(d);
  over_http s(d);
  s.target["account"] = "999999999999";
  CHECK(s.carry("invalidate", {{"paths", {"/*"}}}).ended.problem.code == errc::denied);
  CHECK(invalidations(d) == 0);
  s.target = json::object{{"distribution", "E404"}};
  const auto none = s.look("invalidate");
  CHECK(none.kind == answer_kind::failed);
  CHECK(none.problem.message.find("NoSuchDistribution") != std::string::npos);
}

TEST_CASE("the AWS double: botocore's client of CloudFront agrees with it") {
  aws_double d({}, speed);
  put_up_site(d);
  const auto said = botocore_complains(d, std::string(SHIPFLOW_TEST_DATA) + "/botocore_cloudfront.py",
                                       "provider_cloudfront, botocore");
  CHECK_MESSAGE(said.empty(), said);
}

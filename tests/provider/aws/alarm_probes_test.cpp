#include "account.hpp"
#include "aws/place.hpp"

#include <shipflow/shipflow.hpp>

#include <doctest/doctest.h>

#include <future>

using namespace shipflow;
using tests::account;
using tests::alarm;
using tests::place;

namespace {

std::shared_ptr<probe_source> probes_of(const account& a) {
  return make_alarm_probes({.aws = place::with_keys(a.server.server.url("")).options()});
}

probe_answer look_at(probe_source& from, const json::object& spec, const json::object& target = {}) {
  probe_request q;
  q.kind = "alarms";
  q.name = "quiet";
  q.spec = spec;
  q.target = target;
  q.deadline =
      std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()) + std::chrono::seconds(10);
  std::promise<probe_answer> got;
  from.look(std::move(q), [&](probe_answer a) { got.set_value(std::move(a)); });
  return got.get_future().get();
}

std::string complaint(const json::object& spec) {
  const auto checked = make_alarm_probes({})->check("alarms", spec);
  return checked ? "" : checked.error().message;
}

/// Something to be put back.
class door final : public provider {
 public:
  [[nodiscard]] std::string name() const override { return "door"; }
  [[nodiscard]] std::vector<action_spec> actions() const override {
    action_spec open;
    open.name = "open";
    return {open};
  }
  void call(request q, reply r) override {
    if (q.what == verb::apply) is_open = true;
    if (q.what == verb::undo) is_open = false;
    r(answer::done(json::object{{"open", is_open}}));
  }
  bool is_open = false;
};

constexpr const char* plan_text = R"(
shipflow: 1
plan: shop
components: [door]
steps:
  - { id: open, action: door.open, guard: { abort: [quiet], until: watch.end } }
  - { id: watch, needs: [open], watch: { for: 1h } }
rollback: { on_failure: now }
)";
constexpr const char* environments_text = R"(
shipflow: 1
environments:
  here:
    bind: { door: { provider: door } }
    probes: { quiet: { alarms: [api-5xx], every: 100ms, fall: 1, severity: SEV1 } }
)";

}  // namespace

TEST_CASE("provider/aws: a probe of alarms passes while all are OK, and names the one that is not") {
  account a;
  a.answers["DescribeAlarms"] =
      R"({"MetricAlarms":[)" + alarm("api-5xx", "OK") + "," + alarm("api-slow", "OK") + "]}";
  const auto probes = probes_of(a);
  const auto quiet = look_at(*probes, {{"alarms", {"api-5xx", "api-slow"}}, {"every", "30s"}});
  CHECK(quiet.outcome == look::pass);
  CHECK(quiet.text == "2 alarms are OK");
  a.answers["DescribeAlarms"] = R"({"MetricAlarms":[)" + alarm("api-5xx", "ALARM") + "]}";
  const auto loud = look_at(*probes, {{"alarms", "api-5xx"}});
  CHECK(loud.outcome == look::fail);
  CHECK(loud.text.ends_with("alarm api-5xx is ALARM"));
  CHECK(look_at(*probes, {{"alarms", {{"prefix", "api"}}}}).outcome == look::fail);
}

TEST_CASE("provider/aws: what an alarm without enough data means is the probe's to say") {
  account a;
  a.answers["DescribeAlarms"] = R"({"MetricAlarms":[)" + alarm("api-5xx", "INSUFFICIENT_DATA") + "]}";
  const auto probes = probes_of(a);
  CHECK(look_at(*probes, {{"alarms", "api-5xx"}}).outcome == look::fail);
  CHECK(look_at(*probes, {{"alarms", "api-5xx"}, {"insufficient", "ok"}}).outcome == look::pass);
}

TEST_CASE("provider/aws: alarms that cannot be looked at are no failure of what is released") {
  account a;
  const auto probes = probes_of(a);
  a.answers["DescribeAlarms"] = "{}";
  const auto gone = look_at(*probes, {{"alarms", "gone"}});
  CHECK(gone.outcome == look::unavailable);
  CHECK(gone.text.ends_with("there is no alarm gone"));
  a.answers["DescribeAlarms"] = "!AccessDenied";
  CHECK(look_at(*probes, {{"alarms", "api-5xx"}}).outcome == look::unavailable);
}

TEST_CASE("provider/aws: a probe of alarms looks where its component is, unless it says otherwise") {
  account a;
  account other;
  for (auto* one : {&a, &other})
    one->answers["DescribeAlarms"] = R"({"MetricAlarms":[)" + alarm("x", "OK") + "]}";
  const auto probes = probes_of(a);
  const json::object there{{"provider", "ecs"}, {"endpoint_url", other.server.server.url("")}};
  CHECK(look_at(*probes, {{"alarms", "x"}}, there).outcome == look::pass);
  CHECK(other.was_asked("DescribeAlarms"));
  CHECK_FALSE(a.was_asked("DescribeAlarms"));
  const json::object here{{"alarms", "x"}, {"endpoint_url", a.server.server.url("")}};
  CHECK(look_at(*probes, here, there).outcome == look::pass);
  CHECK(a.was_asked("DescribeAlarms"));
}

TEST_CASE("provider/aws: a probe of alarms that could never look is refused with its member") {
  CHECK(complaint({{"alarms", "x"}, {"rise", 2}, {"component", "api"}}).empty());
  CHECK(complaint({{"alarms", json::array{}}}).find("`alarms` must be a name") != std::string::npos);
  CHECK(complaint({}).find("`alarms` must be a name") != std::string::npos);
  CHECK(complaint({{"alarms", {1, 2}}}).find("`alarms` must be a name") != std::string::npos);
  CHECK(complaint({{"alarms", {{"prefix", ""}}}}).find("`prefix`") != std::string::npos);
  CHECK(complaint({{"alarms", {{"prefix", "a"}, {"sufix", "b"}}}}).find("nothing else") != std::string::npos);
  CHECK(complaint({{"alarms", "x"}, {"insufficient", "maybe"}}).find("ok or failed") != std::string::npos);
  CHECK(complaint({{"alarms", "x"}, {"alarm", "y"}}).find("`alarm` is not a member") != std::string::npos);
  CHECK(complaint({{"alarms", "x"}, {"account", "12"}}) != "");
}

TEST_CASE("provider/aws: an alarm that goes off takes a release back") {
  account a;
  a.answers["DescribeAlarms"] = R"({"MetricAlarms":[)" + alarm("api-5xx", "ALARM") + "]}";
  loop time;
  engine works(time, make_memory_store(), {});
  const auto it = std::make_shared<door>();
  works.add(it).value();
  works.add(probes_of(a)).value();
  diagnostics found;
  const auto document = read_plan(parse_document(plan_text, "plan.yaml", found), found);
  const auto where =
      read_environment(parse_document(environments_text, "environments.yaml", found), "here", {}, found);
  release_info release;
  release.version = "1.5.0";
  const auto compiled = compile(document, where, release, {}, works.offers(), found);
  REQUIRE_MESSAGE(!found.has_errors(), found.text());
  const auto run = works.start(compiled, {"user:me", {}, "", ""}).value();
  time.run_until([&] { return works.ended(run); });
  const auto state = works.look(run);
  CHECK_MESSAGE(state->phase == phase::rolled_back, state->reason);
  CHECK(state->reason.find("quiet") != std::string::npos);
  CHECK_FALSE(it->is_open);
}

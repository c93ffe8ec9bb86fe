#include "shelf.hpp"

#include <shipflow/loop.hpp>
#include <shipflow/provider_suite.hpp>
#include <shipflow/world.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <thread>

using namespace shipflow;
using shipflow_test::fault;
using shipflow_test::shelf;

namespace {

provider_report check(const std::shared_ptr<provider>& p, std::vector<provider_trial> trials,
                      virtual_time& time) {
  std::optional<provider_report> report;
  check_provider(time, p, std::move(trials), [&](provider_report r) { report = std::move(r); });
  REQUIRE(time.run_until([&] { return report.has_value(); }));
  return *report;
}

provider_trial put(std::string action = "put") {
  provider_trial t;
  t.action = std::move(action);
  t.inputs = {{"item", "book"}, {"token", "pa55word"}};
  t.secrets = {"pa55word"};
  return t;
}

bool names(const std::vector<provider_finding>& all, std::string_view rule) {
  return std::any_of(all.begin(), all.end(), [&](const auto& f) { return f.rule == rule; });
}

}  // namespace

TEST_CASE("suite: a provider that keeps the contract keeps every rule") {
  virtual_time time(1);
  const auto p = std::make_shared<shelf>(fault::none);
  const auto report = check(p, {put()}, time);
  for (const auto& b : report.broken) FAIL_CHECK(b.rule << ": " << b.what);
  CHECK(report.kept.size() == 10);
  CHECK(report.skipped.empty());
  CHECK(report.provider == "shelf");
  CHECK(p->items == 0);  // put back
}

TEST_CASE("suite: effects that are settled later are waited for, and undone in the same way") {
  virtual_time time(1);
  const auto p = std::make_shared<shelf>(fault::none);
  p->slow = true;
  const auto report = check(p, {put()}, time);
  for (const auto& b : report.broken) FAIL_CHECK(b.rule << ": " << b.what);
  CHECK(names(report.kept, "undo"));
  CHECK(p->settles > 5);
}

TEST_CASE("suite: each planted fault breaks the rule that it is against, and says what was seen") {
  const std::pair<fault, const char*> planted[] = {
      {fault::observe_changes, "observe"},
      {fault::diagnose_changes, "observe"},
      {fault::apply_fails, "apply"},
      {fault::undeclared_output, "outputs"},
      {fault::repeat_fails, "repeat"},
      {fault::repeat_adds, "repeat"},
      {fault::resolve_forgets, "resolve"},
      {fault::resolve_invents, "resolve"},
      {fault::undo_does_nothing, "undo"},
      {fault::undo_only_once, "undo"},
      {fault::echoes_secret, "secrets"},
      {fault::never_answers_observe, "answers"},
      {fault::settle_word_for_apply, "answers"},
      {fault::ignores_cancelled, "answers"},
      {fault::drops_apply, "apply"},
  };
  for (const auto& [f, rule] : planted) {
    CAPTURE(rule);
    CAPTURE(static_cast<int>(f));
    virtual_time time(1);
    const auto report = check(std::make_shared<shelf>(f), {put()}, time);
    REQUIRE(names(report.broken, rule));
    for (const auto& b : report.broken) {
      CHECK(!b.what.empty());
      CHECK(b.what.find("pa55word") == std::string::npos);
    }
  }
}

TEST_CASE("suite: a trial that does not fit its action makes no calls") {
  virtual_time time(1);
  const auto p = std::make_shared<shelf>(fault::none);
  auto misspelt = put();
  misspelt.inputs = {{"itm", "book"}};
  const auto report = check(p, {put("puts"), misspelt}, time);
  CHECK(report.broken.size() == 2);
  CHECK(report.broken[0].what == "there is no action `puts`");
  CHECK(report.broken[1].what == "input `itm` is not declared");
  CHECK(names(report.skipped, "apply"));
  CHECK(p->calls == 0);
}

TEST_CASE("suite: models of every class of action keep the contract") {
  for (const auto repeat :
       {effect_class::token, effect_class::compare_and_set, effect_class::set_value, effect_class::creates}) {
    CAPTURE(name_of(repeat));
    virtual_time time(1);
    modelled_action one;
    one.spec.name = "set";
    one.spec.repeat = repeat;
    one.spec.inputs = {{"to", "string", true, false, ""}};
    one.spec.outputs = {{"id", "string", false, false, ""}};
    one.spec.resources = {"thing"};
    const auto model = make_generic_model(std::make_shared<world>(time), "model", {one});
    provider_trial t;
    t.action = "set";
    t.inputs = {{"to", "on"}};
    const auto report = check(model, {t}, time);
    for (const auto& b : report.broken) FAIL_CHECK(b.rule << ": " << b.what);
    CHECK(names(report.skipped, "repeat") == (repeat == effect_class::creates));
  }
}

TEST_CASE("suite: answers may come from other threads") {
  loop time;
  struct elsewhere final : provider {
    std::string name() const override { return "elsewhere"; }
    std::vector<action_spec> actions() const override {
      action_spec a;
      a.name = "go";
      a.undo = reversibility::forward_only;
      return {a};
    }
    void call(request, reply r) override {
      threads.emplace_back([kept = std::make_shared<reply>(std::move(r))] { (*kept)(answer::done()); });
    }
    std::vector<std::jthread> threads;
  };
  const auto p = std::make_shared<elsewhere>();
  provider_trial t;
  t.action = "go";
  std::optional<provider_report> report;
  check_provider(time, p, {t}, [&](provider_report r) { report = std::move(r); });
  time.run_until([&] { return report.has_value(); });
  CHECK(report->broken.empty());
  CHECK(names(report->skipped, "undo"));
}

TEST_CASE("suite: a report is JSON for programs") {
  virtual_time time(1);
  const auto report = check(std::make_shared<shelf>(fault::undo_does_nothing), {put()}, time);
  const auto text = json::serialize(to_json(report));
  CHECK(text.find(R"({"rule":"undo","action":"put","what":"after undo, observe gives)") != std::string::npos);
}

// Every check must be seen to fail: worlds that do one thing wrong, and journals made wrong by hand. The checks of
// effects, traffic, capacity and the way back are in checks_test.cpp.
#include "plans.hpp"
#include "rehearsal/findings.hpp"

#include <shipflow/rehearsal.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace shipflow_test;
using namespace shipflow;

namespace {

/// A generic model behind something that may answer in its place, or do more than it was asked for.
class meddled_model final : public world_model {
 public:
  using meddler = std::function<std::optional<answer>(const request&, world&)>;
  meddled_model(std::shared_ptr<world> where, meddler before)
      : world_(std::move(where)), before_(std::move(before)) {
    modelled_action set;
    set.spec.name = "set";
    set.resources = [](const request& q) {
      return std::vector<std::string>{std::string(q.inputs.at("resource").as_string())};
    };
    inner_ = make_generic_model(world_, "toy", {set});
  }
  [[nodiscard]] std::string name() const override { return "toy"; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return inner_->actions(); }
  void call(request q, reply r) override {
    if (auto instead = before_(q, *world_)) return r(std::move(*instead));
    inner_->call(std::move(q), std::move(r));
  }
  [[nodiscard]] json::object snapshot() const override { return inner_->snapshot(); }

 private:
  std::shared_ptr<world> world_;
  meddler before_;
  std::shared_ptr<world_model> inner_;
};

rehearsal_report with(const plan& what, const meddled_model::meddler& before,
                      const std::vector<fault>& faults = {}) {
  rehearsal_options options;
  options.mode = rehearsal_mode::single;
  options.faults = faults;
  options.compare_every = 1;
  options.make_world = [&](const std::shared_ptr<world>& where) {
    rehearsal_world out;
    out.models.push_back(std::make_shared<meddled_model>(where, before));
    return out;
  };
  const auto r = rehearse(what, options);
  REQUIRE_MESSAGE(r.has_value(), (r ? "" : r.error().text()));
  return *r;
}

/// The violations are of this check, and there are some.
bool fails_only(const rehearsal_report& r, const std::string& check) {
  for (const auto& v : r.violations) CAPTURE(v.check + ": " + v.what);
  return !r.violations.empty() && std::all_of(r.violations.begin(), r.violations.end(),
                                              [&](const auto& v) { return v.check == check; });
}

/// A run "run" with these facts; `wrong` may spoil what is stored.
std::unique_ptr<store> journal_of(const plan& what, std::vector<fact> facts,
                                  const std::function<void(std::vector<stored_fact>&)>& wrong = {}) {
  auto keep = make_memory_store();
  REQUIRE(keep->put_plan(what.digest(), canonical(to_json(what))).has_value());
  facts.insert(facts.begin(), created_fact(what, "user:dana", "", "", virtual_time::default_begin));
  std::vector<stored_fact> stored;
  auto head = chain_start("run");
  for (auto& f : facts) {
    f.rev = static_cast<std::int64_t>(stored.size()) + 1;
    f.at = virtual_time::default_begin;
    head = chain(head, f);
    stored.push_back({f.rev, f.kind, to_ms(f.at), journal_format, canonical(to_json(f)), head});
  }
  if (wrong) wrong(stored);
  run_row row;
  row.id = "run";
  row.plan_digest = what.digest();
  REQUIRE(keep->create_run(row, stored, {}).has_value());
  return keep;
}

fact fact_of(fact_kind kind, const std::string& step, json::object body) {
  fact f;
  f.kind = kind;
  f.step = step;
  f.body = std::move(body);
  return f;
}

plan one_step() {
  rehearsed_plan b;
  b.set("api", "api", "2");
  return b.get();
}

}  // namespace

TEST_CASE("rehearsal/planted: without meddling nothing is found") {
  const auto r = with(one_step(), [](const request&, world&) { return std::nullopt; });
  for (const auto& v : r.violations) FAIL_CHECK(v.check, ": ", v.what);
}

TEST_CASE("rehearsal/planted: intent_first finds an effect that begins while somebody only looks") {
  const auto r = with(one_step(), [](const request& q, world& where) -> std::optional<answer> {
    if (q.what == verb::observe) where.about_to(q);
    return std::nullopt;
  });
  CHECK(fails_only(r, "intent_first"));
  CHECK(r.violations.at(0).what == "step api: observe reached the world before its intent was durable");
}

TEST_CASE("rehearsal/planted: locks_held finds an effect while the release is only watched") {
  rehearsed_plan b;
  b.set("api", "api", "2").tells_ready = true;
  b.watch("watch", std::chrono::hours(2), {"api"});
  const auto r = with(b.get(), [](const request& q, world& where) -> std::optional<answer> {
    if (q.what == verb::ready) where.about_to(q);
    return std::nullopt;
  });
  CHECK(fails_only(r, "locks_held"));
  CHECK(r.violations.at(0).what == "step api acted without the lock environment:test");
}

TEST_CASE("rehearsal/planted: locks_held finds an effect that comes when the run has ended") {
  const auto r = with(one_step(), [](const request& q, world& where) -> std::optional<answer> {
    auto& time = where.time();
    if (q.what == verb::apply)
      time.call_at(time.now() + duration{30'000}, [q, &where] { where.about_to(q); });
    return std::nullopt;
  });
  CHECK(fails_only(r, "locks_held"));
  CHECK(r.violations.at(0).what == "step api: apply reached the world after the end");
}

TEST_CASE("rehearsal/planted: secrets finds the beginning of a secret in an answer") {
  rehearsed_plan b;
  b.set("api", "api", "2").inputs["token"] = "${secret:TOKEN}";
  const auto r = with(b.get(), [](const request& q, world&) -> std::optional<answer> {
    if (q.what != verb::apply) return std::nullopt;
    const std::string secret(q.inputs.at("token").as_string());
    return answer::done(json::object{{"leak", secret.substr(0, 20)}});
  });
  CHECK(fails_only(r, "secrets"));
}

TEST_CASE("rehearsal/planted: bounded finds a step that is tried again and again") {
  rehearsed_plan b;
  b.set("api", "api", "2").retry = {1'000'000, duration{1}, duration{1}};
  const auto r = with(b.get(),
                      [](const request& q, world&) -> std::optional<answer> {
                        if (q.what != verb::apply || q.attempt == 1) return std::nullopt;
                        return answer::failed(make_error(errc::unavailable, "not now"));
                      },
                      {{"api", "error_without_effect", "apply"}});
  REQUIRE_FALSE(r.violations.empty());
  CHECK(r.violations.at(0).check == "bounded");
}

TEST_CASE("rehearsal/planted: same_again finds a world that depends on more than its seed") {
  int calls = 0;
  const auto r = with(one_step(), [&](const request& q, world&) -> std::optional<answer> {
    if (q.what != verb::apply) return std::nullopt;
    return answer::done(json::object{{"number", ++calls}});
  });
  CHECK(fails_only(r, "same_again"));
}

TEST_CASE("rehearsal/planted: chain finds a fact that was changed, and a state that is no fold") {
  const auto note = fact_of(fact_kind::note, "", {{"text", "all is well"}});
  CHECK(rehearsal::check_chain(*journal_of(one_step(), {note}), "run").empty());
  const auto changed = journal_of(one_step(), {note}, [](std::vector<stored_fact>& facts) {
    auto& body = facts.back().body;
    body.replace(body.find("well"), 4, "hell");
  });
  REQUIRE(rehearsal::check_chain(*changed, "run").size() == 1);
  CHECK(rehearsal::check_chain(*changed, "run")[0].check == "chain");
  const auto stored = load_run(*journal_of(one_step(), {note}), "run").value();
  auto held = stored;
  CHECK(rehearsal::check_fold(held, stored).empty());
  held.paused = true;
  CHECK(rehearsal::check_fold(held, stored).size() == 1);
}

TEST_CASE("rehearsal/planted: no_new_intent finds a step that begins after the run had turned back") {
  const auto intent = fact_of(fact_kind::intent, "api", {{"key", "k"}});
  const auto turned = fact_of(fact_kind::state, "", {{"phase", "draining"}, {"reason", "asked"}});
  const auto in_order = journal_of(one_step(), {intent, turned})->read_facts("run").value();
  CHECK(rehearsal::check_turned(in_order).empty());
  const auto found =
      rehearsal::check_turned(journal_of(one_step(), {turned, intent})->read_facts("run").value());
  REQUIRE(found.size() == 1);
  CHECK(found[0].check == "no_new_intent");
  CHECK(found[0].what == "step api began after the run had turned back");
}

TEST_CASE("rehearsal/planted: secrets finds one in a fact, in samples, in the row and in the plan") {
  CHECK(rehearsal::check_secrets(*journal_of(one_step(), {}), "run").empty());
  const auto in_fact = fact_of(fact_kind::note, "", {{"text", "rehearsal-secret-1234"}});
  CHECK(rehearsal::check_secrets(*journal_of(one_step(), {in_fact}), "run").size() == 1);
  auto told = one_step();
  told.steps[0].inputs["token"] = "rehearsal-secret-1234";
  CHECK(rehearsal::check_secrets(*journal_of(told, {}), "run").size() == 1);
  const auto keep = journal_of(one_step(), {});
  commit_request c;
  c.run = "run";
  c.expected_rev = 1;
  c.fence = keep->get_run("run")->fence;
  c.reason = "it said rehearsal-secret-1234";
  c.samples = {{"errors", 0, "rehearsal-secret-1234"}};
  keep->commit(c, [](const commit_result& r) { REQUIRE(r.status == commit_status::committed); });
  CHECK(rehearsal::check_secrets(*keep, "run").size() == 2);
}

TEST_CASE("rehearsal/planted: secrets finds one in a message") {
  const auto keep = journal_of(one_step(), {});
  commit_request c;
  c.run = "run";
  c.expected_rev = 1;
  c.fence = keep->get_run("run")->fence;
  stored_message m;
  m.id = "m1";
  m.run = "run";
  m.channel = "ops";
  m.moment = "released";
  m.body = "it said rehearsal-secret-1234";
  c.messages = {m};
  keep->commit(c, [](const commit_result& r) { REQUIRE(r.status == commit_status::committed); });
  const auto found = rehearsal::check_secrets(*keep, "run");
  REQUIRE(found.size() == 1);
  CHECK(found[0].what == "a secret is written in the message of released to ops");
}

TEST_CASE("rehearsal/planted: point_of_no_return finds a rollback that does not say what it left") {
  auto what = std::make_shared<plan>(one_step());
  what->steps[0].undo = reversibility::irreversible;
  auto s = make_state("run", what);
  s.phase = phase::rolled_back;
  s.reason = "asked by user:dana";
  CHECK(rehearsal::check_no_return(s).empty());
  s.steps[0].touched = true;
  REQUIRE(rehearsal::check_no_return(s).size() == 1);
  CHECK(rehearsal::check_no_return(s)[0].what ==
        "step api is irreversible and was left; the run says only: asked by user:dana");
  s.reason += "; irreversible and left as it is: api";
  CHECK(rehearsal::check_no_return(s).empty());
}

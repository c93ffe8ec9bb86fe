#include <shipflow/world.hpp>

#include <doctest/doctest.h>

using namespace shipflow;

namespace {

struct stage {
  virtual_time time{3};
  std::shared_ptr<world> where = std::make_shared<world>(time);
  std::shared_ptr<world_model> model;

  explicit stage(effect_class repeat, duration lasts = duration{0}) {
    action_spec spec;
    spec.name = "set";
    spec.repeat = repeat;
    spec.inputs = {{"to", "string", true, false, ""}};
    spec.outputs = {{"id", "string", true, false, ""}};
    spec.resources = {"thing:${component}/${to}"};
    modelled_action a;
    a.spec = spec;
    a.lasts = lasts;
    std::vector<modelled_action> all{a};
    for (const auto& s : strategy_actions()) {
      modelled_action m;
      m.spec = s;
      all.push_back(m);
    }
    model = make_generic_model(where, "thing", all);
  }
  request question(verb v, const std::string& action, const std::string& key) {
    request q;
    q.what = v;
    q.action = action;
    q.component = "api";
    q.step = action;
    q.effect_key = key;
    q.inputs = {{"to", "x"}, {"weight", 100}, {"version", "2.0.0"}};
    return q;
  }
  answer ask(request q) {
    std::optional<answer> out;
    model->call(std::move(q), reply([&](answer a) { out = std::move(a); }));
    time.run_until([&] { return out.has_value(); }, duration{1'000});
    return out.value_or(answer::unknown("no answer"));
  }
  answer ask(verb v, const std::string& action, const std::string& key, json::value baseline = nullptr) {
    auto q = question(v, action, key);
    q.baseline = std::move(baseline);
    return ask(std::move(q));
  }
  int times(const std::string& key) const {
    const auto found = where->effects().find(key);
    return found == where->effects().end() ? 0 : found->second.times;
  }
};

}  // namespace

TEST_CASE("world/generic: a token is recognised, a value is set again, what creates makes two") {
  for (const auto& [repeat, wanted] :
       std::vector<std::pair<effect_class, int>>{{effect_class::token, 1},
                                                 {effect_class::compare_and_set, 1},
                                                 {effect_class::set_value, 2},
                                                 {effect_class::creates, 2}}) {
    stage s(repeat);
    CHECK(s.ask(verb::resolve, "set", "k").kind == answer_kind::not_applied);
    CHECK(s.ask(verb::apply, "set", "k").kind == answer_kind::done);
    CHECK(s.ask(verb::apply, "set", "k").kind == answer_kind::done);
    CHECK(s.ask(verb::resolve, "set", "k").kind == answer_kind::done);
    CHECK(s.times("k") == wanted);
  }
}

TEST_CASE("world/generic: an undo puts back what was observed") {
  stage s(effect_class::set_value);
  const auto before = s.ask(verb::observe, "set", "k");
  const auto snapshot = s.model->snapshot();
  CHECK(s.ask(verb::apply, "set", "k", before.value).kind == answer_kind::done);
  CHECK(s.model->snapshot() != snapshot);
  CHECK(s.model->snapshot().contains("thing:api/x"));
  CHECK(s.ask(verb::undo, "set", "u", before.value).kind == answer_kind::done);
  CHECK(s.model->snapshot() == snapshot);
}

TEST_CASE("world/generic: compare and set refuses a value that somebody changed meanwhile") {
  stage s(effect_class::compare_and_set);
  const auto before = s.ask(verb::observe, "set", "k");
  CHECK(s.model->disturb(disturbance::foreign_change, s.question(verb::apply, "set", "k")));
  CHECK(s.ask(verb::apply, "set", "k", before.value).kind == answer_kind::conflict);
  CHECK(s.times("k") == 0);
}

TEST_CASE("world/generic: work goes on after the answer, can be stopped, and can stall") {
  stage s(effect_class::token, duration{5'000});
  CHECK(s.ask(verb::apply, "set", "k").kind == answer_kind::started);
  CHECK(s.ask(verb::settle, "set", "k").kind == answer_kind::progress);
  CHECK(s.model->next_change().has_value());
  s.time.jump(duration{5'000});
  CHECK(s.ask(verb::settle, "set", "k").kind == answer_kind::done);

  CHECK(s.ask(verb::apply, "set", "stalled").kind == answer_kind::started);
  CHECK(s.model->disturb(disturbance::stall, s.question(verb::settle, "set", "stalled")));
  s.time.jump(duration{50'000});
  CHECK(s.ask(verb::settle, "set", "stalled").kind == answer_kind::progress);
  std::stop_source stop;
  stop.request_stop();
  auto q = s.question(verb::settle, "set", "stalled");
  q.stop = stop.get_token();
  CHECK(s.ask(q).kind == answer_kind::failed);
}

TEST_CASE("world/generic: fleets come up one by one, get traffic when healthy and go when they have none") {
  stage s(effect_class::token);
  const auto before = s.ask(verb::observe, "launch", "l");
  const auto traffic = s.ask(verb::observe, "shift", "t");
  const auto snapshot = s.model->snapshot();
  CHECK(s.ask(verb::apply, "launch", "l", before.value).kind == answer_kind::started);
  CHECK(s.ask(verb::apply, "shift", "early", traffic.value).kind == answer_kind::failed);
  s.time.jump(duration{10'000});
  CHECK(s.model->serves().at(1).healthy == 1);
  s.time.jump(duration{15'000});
  CHECK(s.ask(verb::settle, "launch", "l").kind == answer_kind::done);
  CHECK(s.ask(verb::apply, "shift", "t", traffic.value).kind == answer_kind::done);
  CHECK(s.model->serves().at(1).weight == 100);
  CHECK(s.ask(verb::undo, "launch", "ul", before.value).kind == answer_kind::failed);
  CHECK(s.ask(verb::undo, "shift", "ut", traffic.value).kind == answer_kind::done);
  CHECK(s.ask(verb::undo, "launch", "ul", before.value).kind == answer_kind::done);
  CHECK(s.model->snapshot() == snapshot);
}

TEST_CASE("world/generic: an action it does not have is refused by name") {
  stage s(effect_class::token);
  const auto a = s.ask(verb::apply, "explode", "k");
  CHECK(a.kind == answer_kind::failed);
  CHECK(a.problem.message == "thing has no action explode");
}

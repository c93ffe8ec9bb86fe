// A shop of one component in the world of the provider, and calls as an engine makes them.
#pragma once

#include <shipflow/providers/ecs_world.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

namespace tests {

using namespace shipflow;

inline json::object two_services() {
  return parse_json(R"({"cluster": "production", "container": "api", "instances": 3, "blue_green": {
      "by": "service", "blue": "shop-blue", "green": "shop-green",
      "listener": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/50dc/f2f7"}})")
      ->as_object();
}
inline json::object one_service() {
  return {{"cluster", "production"}, {"service", "shop"}, {"container", "api"}, {"instances", 3}};
}

/// What an engine says and hears, over any provider.
class conversation {
 public:
  virtual ~conversation() = default;
  json::object target;
  std::string run = "run-1";

  virtual answer ask(request q) = 0;
  virtual void wait(duration d) = 0;

  request make(verb what, const std::string& action, const json::object& inputs,
               const std::string& key = "") {
    request q;
    q.what = what;
    q.action = action;
    q.run = run;
    q.step = action;
    q.environment = "production";
    q.component = "api";
    q.effect_key = key.empty() ? "key of " + action : key;
    q.target = target;
    q.inputs = inputs;
    return q;
  }
  answer look(const std::string& action, const json::object& inputs = {},
              const json::value& before = nullptr) {
    auto q = make(verb::observe, action, inputs);
    q.baseline = before;
    return ask(q);
  }
  /// To its end, however often that has to be asked.
  answer finish(request q, answer a) {
    for (int i = 0; i < 2'000 && (a.kind == answer_kind::started || a.kind == answer_kind::progress); ++i) {
      if (a.kind == answer_kind::started) q.handle = a.value;
      wait(a.look_again);
      q.what = verb::settle;
      a = ask(q);
    }
    return a;
  }
  struct carried {
    answer ended;
    json::value before;
    json::value handle;
  };
  carried carry(const std::string& action, const json::object& inputs, const std::string& key = "") {
    const auto seen = look(action, inputs);
    if (seen.kind != answer_kind::done) return {seen, nullptr, nullptr};
    auto q = make(verb::apply, action, inputs, key);
    q.baseline = seen.value;
    const auto first = ask(q);
    return {finish(q, first), seen.value, first.value};
  }
  answer undo(const std::string& action, const json::object& inputs, const json::value& before) {
    auto q = make(verb::undo, action, inputs, "undo of " + action);
    q.baseline = before;
    return finish(q, ask(q));
  }
  answer ready(const std::string& action, const json::object& inputs, const json::value& before) {
    auto q = make(verb::ready, action, inputs);
    q.baseline = before;
    return ask(q);
  }
};

class shop final : public conversation {
 public:
  explicit shop(json::object bound, ecs_world_options options = {}, const std::string& version = "1.4.0")
      : where(std::make_shared<world>(time)), cloud(make_ecs_world(where, std::move(options))) {
    target = std::move(bound);
    cloud->install("production", "api", target, version).value();
  }
  answer ask(request q) override {
    std::optional<answer> got;
    cloud->call(std::move(q), reply([&](answer a) { got = std::move(a); }));
    time.run_until([&] { return got.has_value(); });
    if (!got) throw std::runtime_error("never answered");
    return std::move(*got);
  }
  void wait(duration d) override {
    const auto until = time.now() + d;
    while (time.step(until)) {
    }
    if (time.now() < until) time.jump(until - time.now());
  }

  virtual_time time{7};
  std::shared_ptr<world> where;
  std::shared_ptr<ecs_world> cloud;
};

inline std::string kind_and_problem(const answer& a) {
  return std::string(name_of(a.kind)) + " " + a.problem.message + " " + json::serialize(a.value);
}
inline json::value at(const json::value& v, const char* pointer) {
  boost::system::error_code ec;
  const auto* found = v.find_pointer(pointer, ec);
  return found == nullptr ? json::value(nullptr) : *found;
}

}  // namespace tests

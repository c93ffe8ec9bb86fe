// Calls as an engine makes them, to a provider in virtual time or to one that answers from threads of its own.
#pragma once

#include <shipflow/provider.hpp>
#include <shipflow/world.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <stdexcept>
#include <thread>

namespace tests {

using namespace shipflow;

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

/// Over a world model.
class in_world : public conversation {
 public:
  answer ask(request q) override {
    std::optional<answer> got;
    asked().call(std::move(q), reply([&](answer a) { got = std::move(a); }));
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
  std::shared_ptr<world> where = std::make_shared<world>(time);

 private:
  virtual provider& asked() = 0;
};

/// Over the real provider, whose counterpart's time runs fast.
class in_earnest : public conversation {
 public:
  explicit in_earnest(std::shared_ptr<provider> p) : p_(std::move(p)) {}
  answer ask(request q) override {
    q.deadline =
        std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()) + std::chrono::seconds(30);
    auto got = std::make_shared<std::promise<answer>>();
    auto later = got->get_future();
    p_->call(std::move(q), reply([got](answer a) { got->set_value(std::move(a)); }));
    return later.get();
  }
  /// The model's time runs faster than the clock, so looking again need not take long.
  void wait(duration d) override { std::this_thread::sleep_for(d / 100); }

  /// As an engine goes on after an unclear answer: resolve, and again what was not applied.
  answer insist(const std::string& action, const json::object& inputs, const json::value& before) {
    auto q = make(verb::apply, action, inputs);
    q.baseline = before;
    auto a = ask(q);
    for (int i = 0; i < 5 && (a.kind == answer_kind::unknown || a.kind == answer_kind::not_applied ||
                              (a.kind == answer_kind::failed && a.problem.retryable()));
         ++i) {
      q.what = a.kind == answer_kind::unknown ? verb::resolve : verb::apply;
      a = ask(q);
    }
    q.what = verb::apply;
    return finish(q, a);
  }

 private:
  std::shared_ptr<provider> p_;
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

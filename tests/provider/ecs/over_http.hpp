// The real provider against the double: two services behind a listener, and calls as an engine makes them.
#pragma once

#include "aws/place.hpp"
#include "aws_double/shops.hpp"
#include "shop.hpp"

#include <shipflow/providers/ecs.hpp>

#include <chrono>
#include <future>
#include <thread>

namespace tests {

class over_http final : public conversation {
 public:
  explicit over_http(aws_double& d, const std::function<void(aws_options&)>& change = {}) {
    auto options = place::with_keys(d.url()).options();
    if (change) change(options);
    p_ = make_ecs_provider({.aws = options});
    target = two_services();
  }
  explicit over_http(const aws_options& options) : p_(make_ecs_provider({.aws = options})) {
    target = two_services();
  }
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

}  // namespace tests

// The real provider against the double: two services behind a listener, and calls as an engine makes them.
#pragma once

#include "aws/place.hpp"
#include "double.hpp"
#include "shop.hpp"

#include <shipflow/providers/ecs.hpp>

#include <chrono>
#include <future>
#include <thread>

namespace tests {

inline shipflow::cloud::ecs_options with_versions() {
  shipflow::cloud::ecs_options o;
  o.behaves = [](const std::string& image) {
    shipflow::cloud::image_behaviour b;
    if (image.ends_with(":ill")) b.ready.reset();
    return b;
  };
  return o;
}

inline std::string group_of(const std::string& colour) {
  return "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/" + colour + "/73e2";
}

/// Both services run 1.4.0; blue has all requests, green no tasks.
inline void put_up_shop(aws_double& d) {
  d.with([](auto& services, auto& balancer, auto now) {
    for (const std::string colour : {"blue", "green"}) {
      shipflow::json::object rest{
          {"loadBalancers", json::array{json::object{{"targetGroupArn", group_of(colour)}}}},
          {"deploymentConfiguration",
           {{"minimumHealthyPercent", 100},
            {"maximumPercent", 200},
            {"deploymentCircuitBreaker", {{"enable", true}, {"rollback", true}}}}}};
      const json::object definition{
          {"family", "shop-" + colour},
          {"novel", json::array{1, nullptr}},
          {"containerDefinitions",
           json::array{json::object{{"name", "api"}, {"image", "r.example.com/api:1.4.0"}}}}};
      services.install("production", "shop-" + colour, colour == "blue" ? 3 : 0, definition, rest, now);
    }
    balancer.install(std::string(two_services().at("blue_green").at("listener").as_string()),
                     {{group_of("blue"), 100}, {group_of("green"), 0}});
  });
}

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

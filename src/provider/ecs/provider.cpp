#include "aws/workers.hpp"
#include "provider/ecs/actions.hpp"
#include "provider/ecs/paced.hpp"
#include "provider/ecs/watch.hpp"

#include <shipflow/providers/ecs.hpp>

#include <algorithm>
#include <chrono>

namespace shipflow {
namespace ecs {
namespace {

class ecs_provider final : public provider {
 public:
  explicit ecs_provider(ecs_options options)
      : desk_(aws::make_desk(std::move(options.aws))),
        paced_(*desk_),
        watch_({paced_, paced_.pace(), [] { return paced::steady(); },
                [this](time_point at, std::function<void()> job) { run_at(at, std::move(job)); }}),
        workers_(std::clamp(options.threads, 1, 64)) {}
  ~ecs_provider() override {
    paced_.close();
    desk_->close();
  }
  ecs_provider(const ecs_provider&) = delete;
  ecs_provider& operator=(const ecs_provider&) = delete;

  [[nodiscard]] std::string name() const override { return "ecs"; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return action_specs(); }
  [[nodiscard]] result<std::vector<action_spec>> actions_of(const json::object& target) const override {
    return actions_for(target);
  }
  void call(request q, reply r) override {
    if (is_shared_wait(q)) return watch_.settle(std::move(q), std::move(r));
    auto to = std::make_shared<reply>(std::move(r));
    workers_.post([this, q = std::move(q), to] { (*to)(carry_out(paced_, q)); });
  }

 private:
  void run_at(time_point at, std::function<void()> job) {
    workers_.post_at(aws::workers::clock::time_point(std::chrono::milliseconds(to_ms(at))), std::move(job));
  }

  std::unique_ptr<aws::real_desk> desk_;
  paced paced_;
  watch watch_;
  aws::workers workers_;  // last: ends first
};

}  // namespace
}  // namespace ecs

inline namespace v1 {

std::shared_ptr<provider> make_ecs_provider(ecs_options options) {
  return std::make_shared<ecs::ecs_provider>(std::move(options));
}

}  // namespace v1
}  // namespace shipflow

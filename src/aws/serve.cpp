#include "aws/serve.hpp"

#include "aws/workers.hpp"

#include <algorithm>

namespace shipflow::aws {
namespace {

class served_provider final : public provider {
 public:
  served_provider(served what, aws_options options, int threads)
      : what_(std::move(what)), desk_(make_desk(std::move(options))), workers_(std::clamp(threads, 1, 64)) {}
  ~served_provider() override { desk_->close(); }
  served_provider(const served_provider&) = delete;
  served_provider& operator=(const served_provider&) = delete;

  [[nodiscard]] std::string name() const override { return what_.name; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return what_.actions(); }
  [[nodiscard]] result<std::vector<action_spec>> actions_of(const json::object& target) const override {
    return what_.actions_for(target);
  }
  void call(request q, reply r) override {
    auto to = std::make_shared<reply>(std::move(r));
    workers_.post([this, q = std::move(q), to] { (*to)(what_.carry_out(*desk_, q)); });
  }

 private:
  const served what_;
  std::unique_ptr<real_desk> desk_;
  workers workers_;  // last: ends first
};

}  // namespace

std::shared_ptr<provider> serve(served what, aws_options options, int threads) {
  return std::make_shared<served_provider>(std::move(what), std::move(options), threads);
}

}  // namespace shipflow::aws

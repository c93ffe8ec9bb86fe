#include <shipflow/providers/shadow.hpp>

#include <utility>

namespace shipflow {
inline namespace v1 {
namespace {

class shadow_provider final : public provider {
 public:
  explicit shadow_provider(std::shared_ptr<provider> real) : real_(std::move(real)) {}

  [[nodiscard]] std::string name() const override { return real_->name(); }
  [[nodiscard]] std::vector<action_spec> actions() const override { return real_->actions(); }
  [[nodiscard]] result<std::vector<action_spec>> actions_of(const json::object& target) const override {
    return real_->actions_of(target);
  }

  void call(request q, reply r) override {
    switch (q.what) {
      case verb::observe: return observe(std::move(q), std::move(r));
      case verb::diagnose: return real_->call(std::move(q), std::move(r));
      case verb::apply:
      case verb::settle:
      case verb::undo: return r(answer::done());
      case verb::resolve: return r(answer::not_applied());
      case verb::ready: return r(answer::unknown("nothing was done"));
    }
  }

 private:
  // Inputs may be missing in a shadow, and its run must not fail over what it only looks at.
  void observe(request q, reply r) {
    const auto then = std::make_shared<reply>(std::move(r));
    real_->call(std::move(q), reply([then](answer a) {
                  (*then)(a.kind == answer_kind::done ? std::move(a) : answer::done(nullptr));
                }));
  }

  std::shared_ptr<provider> real_;
};

}  // namespace

std::shared_ptr<provider> make_shadow_provider(std::shared_ptr<provider> real) {
  return std::make_shared<shadow_provider>(std::move(real));
}

}  // namespace v1
}  // namespace shipflow

#include "github/network.hpp"
#include "provider/github/caller.hpp"

#include <shipflow/providers/github.hpp>

namespace shipflow {
namespace github_provider {
namespace {

class github_provider final : public provider {
 public:
  [[nodiscard]] std::string name() const override { return "github"; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return action_specs(); }
  void call(request q, reply r) override { caller_.call(std::move(q), std::move(r)); }

 private:
  std::unique_ptr<github::network> wire_ = std::make_unique<github::network>();
  caller caller_{*wire_};

 public:
  github_provider() = default;
  github_provider(const github_provider&) = delete;
  github_provider& operator=(const github_provider&) = delete;
  // What is outstanding is answered while the caller still is there.
  ~github_provider() override { wire_.reset(); }
};

}  // namespace
}  // namespace github_provider

inline namespace v1 {

std::shared_ptr<provider> make_github_provider() {
  return std::make_shared<github_provider::github_provider>();
}

}  // namespace v1
}  // namespace shipflow

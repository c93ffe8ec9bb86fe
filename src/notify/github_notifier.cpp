#include "github/network.hpp"
#include "notify/github_messages.hpp"

#include <shipflow/github_messages.hpp>

#include <utility>

namespace shipflow {
namespace notify {
namespace {

class github_notifier final : public notifier {
 public:
  github_notifier() = default;
  github_notifier(const github_notifier&) = delete;
  github_notifier& operator=(const github_notifier&) = delete;
  // What is outstanding is answered while the sender still is there.
  ~github_notifier() override { wire_.reset(); }

  [[nodiscard]] std::vector<std::string> kinds() const override { return {"github"}; }
  [[nodiscard]] result<void> check(const std::string& kind, const json::object& spec) const override {
    return check_github_channel(kind, spec);
  }
  void send(delivery q, std::function<void(delivery_answer)> done) override {
    sender_.send(q, std::move(done));
  }

 private:
  std::unique_ptr<github::network> wire_ = std::make_unique<github::network>();
  github_sender sender_{*wire_};
};

}  // namespace
}  // namespace notify

inline namespace v1 {

std::shared_ptr<notifier> make_github_notifier() { return std::make_shared<notify::github_notifier>(); }

result<void> check_github_channel(const std::string& kind, const json::object& spec) {
  const auto made = notify::github_request_of(kind, spec, delivery{});
  if (!made) return made.error();
  return {};
}

}  // namespace v1
}  // namespace shipflow

#include "notify/aws_requests.hpp"

#include <shipflow/aws_messages.hpp>

#include <utility>

namespace shipflow {
namespace notify {
namespace {

class aws_notifier final : public notifier {
 public:
  explicit aws_notifier(aws_options options) : client_(std::move(options)) {}

  [[nodiscard]] std::vector<std::string> kinds() const override { return {"sns", "ses"}; }
  [[nodiscard]] result<void> check(const std::string& kind, const json::object& spec) const override {
    return check_aws_channel(kind, spec);
  }
  void send(delivery q, std::function<void(delivery_answer)> done) override {
    auto made = aws_request_of(q.kind, q.spec, q);
    if (!made) return done(delivery_answer::refused(made.error().message));
    client_.call(made->to, made->operation, made->input, made->how,
                 [done = std::move(done)](const aws::outcome& o) { done(judge(o)); });
  }

 private:
  aws::client client_;
};

}  // namespace
}  // namespace notify

inline namespace v1 {

std::shared_ptr<notifier> make_aws_notifier(aws_options options) {
  return std::make_shared<notify::aws_notifier>(std::move(options));
}

result<void> check_aws_channel(const std::string& kind, const json::object& spec) {
  const auto made = notify::aws_request_of(kind, spec, delivery{});
  if (!made) return made.error();
  return {};
}

}  // namespace v1
}  // namespace shipflow

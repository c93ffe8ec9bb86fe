#include "base/members.hpp"
#include "provider/ecs/actions.hpp"
#include "provider/ecs/workers.hpp"

#include <shipflow/providers/ecs.hpp>

#include <algorithm>
#include <chrono>
#include <future>
#include <map>
#include <mutex>

namespace shipflow {
namespace ecs {
namespace {

constexpr duration account_known_for = std::chrono::minutes(10);
constexpr duration margin{250};

time_point wall_clock() { return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()); }

/// AWS itself. Used by several threads.
class real_cloud final : public cloud {
 public:
  explicit real_cloud(aws_options options) : client_(std::move(options)) {}

  aws::outcome ask(const request& q, const binding& where, const aws::service& of,
                   const std::string& operation, json::object input, again may) override {
    std::stop_source either;
    const auto end = [&either] { either.request_stop(); };
    // `settle` that is to end something still has calls to make.
    const std::stop_callback given_up(q.what == verb::settle ? std::stop_token{} : q.stop, end);
    const std::stop_callback closing(over_.get_token(), end);
    aws::call_options how;
    how.region = where.region;
    how.endpoint_url = where.endpoint_url;
    how.stop = either.get_token();
    how.attempts = may == again::yes ? 0 : 1;
    // The engine ignores what comes at the deadline.
    if (q.deadline != time_point{})
      how.deadline = std::clamp<duration>(q.deadline - wall_clock() - margin, duration{1}, how.deadline);
    std::promise<aws::outcome> got;
    auto answer = got.get_future();
    client_.call(of, operation, std::move(input), how,
                 [&got](aws::outcome o) { got.set_value(std::move(o)); });
    return answer.get();
  }

  time_point now() override { return wall_clock(); }

  result<std::string> account(const request& q, const binding& where) override {
    const auto key = where.region + " " + where.endpoint_url;
    {
      const std::lock_guard guard(mutex_);
      const auto known = accounts_.find(key);
      if (known != accounts_.end() && wall_clock() - known->second.second < account_known_for)
        return known->second.first;
    }
    const auto said = ask(q, where, aws::sts, "GetCallerIdentity", {}, again::yes);
    if (!said) return make_error(said.error().code, said.error().message);
    auto is = members::text(*said, "Account");
    const std::lock_guard guard(mutex_);
    accounts_[key] = {is, wall_clock()};
    return is;
  }

  void close() { over_.request_stop(); }

 private:
  aws::client client_;
  std::stop_source over_;
  std::mutex mutex_;
  std::map<std::string, std::pair<std::string, time_point>> accounts_;
};

class ecs_provider final : public provider {
 public:
  explicit ecs_provider(ecs_options options)
      : aws_(std::move(options.aws)), workers_(std::clamp(options.threads, 1, 64)) {}
  ~ecs_provider() override { aws_.close(); }
  ecs_provider(const ecs_provider&) = delete;
  ecs_provider& operator=(const ecs_provider&) = delete;

  [[nodiscard]] std::string name() const override { return "ecs"; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return action_specs(); }
  [[nodiscard]] result<std::vector<action_spec>> actions_of(const json::object& target) const override {
    return actions_for(target);
  }
  void call(request q, reply r) override {
    auto to = std::make_shared<reply>(std::move(r));
    workers_.post([this, q = std::move(q), to] { (*to)(carry_out(aws_, q)); });
  }

 private:
  real_cloud aws_;
  workers workers_;  // last: ends first
};

}  // namespace
}  // namespace ecs

inline namespace v1 {

std::shared_ptr<provider> make_ecs_provider(ecs_options options) {
  return std::make_shared<ecs::ecs_provider>(std::move(options));
}

}  // namespace v1
}  // namespace shipflow

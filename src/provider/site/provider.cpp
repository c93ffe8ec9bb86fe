#include "aws/client.hpp"
#include "aws/workers.hpp"
#include "base/signals_blocked.hpp"
#include "base/wall_clock.hpp"
#include "provider/site/carry_out.hpp"
#include "s3/remote_bucket.hpp"

#include <shipflow/providers/site.hpp>

#include <chrono>
#include <map>
#include <mutex>

namespace shipflow {
namespace site {
namespace {

constexpr duration look_again{500};
constexpr duration first_look{100};
constexpr int glances = 4;
constexpr std::size_t most_remembered = 64;

result<std::unique_ptr<tree>> files_of(const request& /*q*/, const std::string& directory) {
  return open_directory(directory);
}

std::unique_ptr<s3::bucket> bucket_of(aws::client& through, const binding& b, std::stop_token stop) {
  return s3::make_bucket(through, {.bucket = b.bucket,
                                   .region = b.region,
                                   .endpoint_url = b.endpoint_url,
                                   .owner = b.account,
                                   .encryption = b.encryption,
                                   .kms_key = b.kms_key,
                                   .stop = std::move(stop)});
}

/// An effect under way, on a thread of its own.
class job {
 public:
  job(aws::client& through, request q) : through_(through), q_(std::move(q)) {
    q_.stop = stop_.get_token();
    const signals_blocked meanwhile;
    thread_ = std::thread([this] { run(); });
  }
  ~job() {
    stop_.request_stop();
    thread_.join();
  }
  job(const job&) = delete;
  job& operator=(const job&) = delete;

  void end() { stop_.request_stop(); }
  [[nodiscard]] bool over() const { return over_; }
  [[nodiscard]] answer now() {
    if (over_) return ended_;
    return underway(seen_, look_again);
  }

 private:
  void run() {
    const auto bound = read_binding(q_.target);
    if (bound) {
      const auto on = bucket_of(through_, *bound, q_.stop);
      crew hands(bound->connections);
      session s{*on, hands, q_, *bound, seen_, wall_clock};
      ended_ = effect(s, files_of);
    } else {
      ended_ = answer::failed(bound.error());
    }
    over_ = true;
  }

  aws::client& through_;
  request q_;
  std::stop_source stop_;
  progress seen_;
  answer ended_;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

class site_provider final : public provider {
 public:
  explicit site_provider(site_options options) : client_(std::move(options.aws)), workers_(glances) {}
  ~site_provider() override {
    closing_.request_stop();
    const std::lock_guard guard(mutex_);
    for (auto& [key, j] : jobs_) j->end();
  }
  site_provider(const site_provider&) = delete;
  site_provider& operator=(const site_provider&) = delete;

  [[nodiscard]] std::string name() const override { return "site"; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return action_specs(); }
  [[nodiscard]] result<std::vector<action_spec>> actions_of(const json::object& target) const override {
    if (const auto b = read_binding(target); !b) return b.error();
    return action_specs();
  }

  void call(request q, reply r) override {
    if (!known_action(q.action))
      return r(answer::failed(make_error(errc::unsupported, "provider site has no action " + q.action)));
    const auto bound = read_binding(q.target);
    if (!bound) return r(answer::failed(bound.error()));
    switch (q.what) {
      case verb::apply:
      case verb::undo: return r(begin(std::move(q)));
      case verb::settle: return r(settle(q));
      default: break;
    }
    auto to = std::make_shared<reply>(std::move(r));
    workers_.post([this, q = std::move(q), b = *bound, to] { (*to)(look_at(q, b)); });
  }

 private:
  static std::string key_of(const request& q) { return std::string(name_of(q.what)) + " " + q.effect_key; }

  answer begin(request q) {
    if (q.stop.stop_requested()) return answer::failed(make_error(errc::cancelled, "the call was cancelled"));
    auto handle = handle_for(q);
    const auto key = key_of(q);
    const std::lock_guard guard(mutex_);
    // What ended is begun again: the engine would not ask otherwise.
    if (const auto at = jobs_.find(key); at != jobs_.end() && at->second->over()) jobs_.erase(at);
    if (!jobs_.contains(key)) {
      forget_old();
      jobs_[key] = std::make_unique<job>(client_, std::move(q));
    }
    return answer::started(std::move(handle), first_look);
  }

  /// Nobody is at it after a crash: then it goes on here.
  answer settle(const request& q) {
    auto of = effect_of(q);
    const auto key = key_of(of);
    const std::lock_guard guard(mutex_);
    auto at = jobs_.find(key);
    if (at == jobs_.end()) {
      if (q.stop.stop_requested())
        return answer::failed(make_error(errc::cancelled, "nobody is at it, and it is not wanted any more"));
      at = jobs_.emplace(key, std::make_unique<job>(client_, std::move(of))).first;
    }
    if (q.stop.stop_requested()) at->second->end();
    return at->second->now();
  }

  void forget_old() {
    for (auto at = jobs_.begin(); jobs_.size() >= most_remembered && at != jobs_.end();)
      at = at->second->over() ? jobs_.erase(at) : std::next(at);
  }

  answer look_at(const request& q, const binding& b) {
    std::stop_source either;
    const auto end = [&either] { either.request_stop(); };
    const std::stop_callback given_up(q.stop, end);
    const std::stop_callback closing(closing_.get_token(), end);
    const auto on = bucket_of(client_, b, either.get_token());
    crew hands(b.connections);
    progress nobody;
    session s{*on, hands, q, b, nobody, wall_clock};
    return glance(s);
  }

  aws::client client_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<job>> jobs_;
  std::stop_source closing_;
  aws::workers workers_;  // last: ends first
};

}  // namespace
}  // namespace site

inline namespace v1 {

std::shared_ptr<provider> make_site_provider(site_options options) {
  return std::make_shared<site::site_provider>(std::move(options));
}

}  // namespace v1
}  // namespace shipflow

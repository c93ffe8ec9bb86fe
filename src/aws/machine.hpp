// What all calls of a client share. Used on its thread only, but for `post`.
#pragma once

#include "aws/client.hpp"
#include "aws/keyring.hpp"
#include "aws/rate.hpp"
#include "aws/retry.hpp"
#include "aws/settings.hpp"
#include "aws/signature.hpp"
#include "http/client.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <vector>

namespace shipflow::aws {

class call;

class machine : public keyring::holder {
 public:
  explicit machine(aws_options options);

  /// Runs `what` on the thread, which it starts when there is none yet.
  void post(std::function<void()> what) override;
  /// Cancels all calls and joins.
  void close();

  void search(const std::string& region) override;
  /// A call of the client's own, with these credentials or unsigned. On the thread only.
  void ask_with(const service& s, wire_request q, std::optional<credentials> who, const std::string& region,
                std::function<void(rest_outcome)> done);
  /// Runs `then` after `wait`; not at all when the client is over before. On the thread only.
  void after(duration wait, std::function<void()> then);
  /// Stops with the client.
  [[nodiscard]] std::stop_token stopping() { return over_.get_token(); }

  /// The proxy to that endpoint, as variables say.
  [[nodiscard]] const std::string& proxy_to(const std::string& endpoint);

  /// How long to wait before something is sent to this endpoint; adaptive mode only.
  [[nodiscard]] duration pause_before(const std::string& endpoint);
  void answered(const std::string& endpoint, trouble how);

  [[nodiscard]] time_point now() const override;
  [[nodiscard]] double random() { return std::uniform_real_distribution<>(0, 1)(dice_); }
  [[nodiscard]] std::string invocation_id();

  const aws_options options;
  const std::shared_ptr<keyring> ring;  ///< where its credentials come from
  boost::asio::io_context io{1};
  /// Read once, when the first call is made.
  result<retry_settings> retries = retry_settings{};
  std::string ca_file;
  std::unique_ptr<http::client> web;
  retry_quota quota;
  signing_keys keys;
  std::map<std::string, duration> skew;              ///< by endpoint: server's clock less ours
  std::map<std::string, std::string> bucket_region;  ///< of buckets that turned out to be elsewhere
  std::set<call*> live;
  bool closed = false;

 private:
  void give_up_all();
  [[nodiscard]] time_point steady_now() const;

  const std::function<time_point()> clock_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::mt19937_64 dice_;
  std::mutex starting_;
  std::thread thread_;
  std::set<std::shared_ptr<boost::asio::steady_timer>> pauses_;
  std::map<std::string, std::string> proxies_;  ///< by endpoint
  std::map<std::string, rate_limiter> rates_;   ///< by endpoint
  std::stop_source over_;
};

}  // namespace shipflow::aws

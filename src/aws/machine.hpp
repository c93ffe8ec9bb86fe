// What all calls of a client share. Used on its thread only, but for `post`.
#pragma once

#include "aws/client.hpp"
#include "aws/credentials.hpp"
#include "aws/retry.hpp"
#include "aws/signature.hpp"
#include "http/client.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <vector>

namespace shipflow::aws {

class call;

class machine {
 public:
  explicit machine(aws_options options);

  /// Runs `what` on the thread, which it starts when there is none yet.
  void post(std::function<void()> what);
  /// Cancels all calls and joins.
  void close();

  /// Credentials that are good for ten minutes still; searches at most once at a time.
  void with_credentials(found_credentials done);
  /// Those in use were refused: the next call searches again.
  void forget_credentials() { known_.reset(); }

  [[nodiscard]] time_point now() const;
  [[nodiscard]] double random() { return std::uniform_real_distribution<>(0, 1)(dice_); }
  [[nodiscard]] std::string invocation_id();

  const aws_options options;
  boost::asio::io_context io{1};
  std::unique_ptr<http::client> web;
  retry_quota quota;
  signing_keys keys;
  std::map<std::string, duration> skew;              ///< by endpoint: server's clock less ours
  std::map<std::string, std::string> bucket_region;  ///< of buckets that turned out to be elsewhere
  std::set<call*> live;
  bool closed = false;

 private:
  void answer_all(const result<credentials>& found);

  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::mt19937_64 dice_;
  std::mutex starting_;
  std::thread thread_;
  std::optional<credentials> known_;
  std::vector<found_credentials> waiting_;
};

}  // namespace shipflow::aws

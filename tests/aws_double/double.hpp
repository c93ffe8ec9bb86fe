// The AWS double: world models behind HTTP, on the real wire protocols. Its services are the files in services/, each
// of which registers itself (service.hpp). Signatures are checked strictly (every signed header, the body's hash, a clock
// that is off by more than five minutes), and faults come on demand. botocore's own clients are what checks it (check/).
#pragma once

#include "http/raw_server.hpp"
#include "message.hpp"
#include "mishap.hpp"
#include "signature_check.hpp"

#include <chrono>
#include <mutex>

namespace tests {

class aws_double {
 public:
  /// Model time runs `speed` times as fast as the clock; 0: it is what callers date their calls by, who then are in a time
  /// of their own. Port 0: a free one.
  explicit aws_double(shipflow::cloud::ecs_options options = {}, int speed = 20, std::uint16_t port = 0);

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port); }
  /// Looks at models, or changes them, while no call is worked on: with<cloud::rds>([](auto& rds, auto now) {...}).
  template <class... Models, class What>
  void with(What what) {
    const std::lock_guard guard(mutex_);
    models_.of<shipflow::cloud::ecs>().advance(now());
    what(models_.of<Models>()..., now());
  }
  /// Asked before each call; counts from 1 per operation.
  void on_call(std::function<mishap(const std::string& operation, int number)> decide);
  /// Speed 0: it is that late at least.
  void tell(shipflow::time_point now);
  /// What mangled answers are made with.
  void seed(std::uint32_t with) { dice_.seed(with); }
  /// Operations in the order they came, refused ones with the code behind a colon.
  [[nodiscard]] std::vector<std::string> calls();
  [[nodiscard]] int count(const std::string& operation);

 private:
  /// What becomes of a call: bytes to send, and whether the connection stays.
  struct outcome {
    std::string bytes;
    bool stays = true;
  };
  void serve(raw_connection& c);
  [[nodiscard]] outcome answer(const message& m);
  [[nodiscard]] outcome carry_out(const aws_service& s, call& c);
  [[nodiscard]] outcome refuse(speech speaks, const std::string& operation, int status,
                               const std::string& code, const std::string& why);
  [[nodiscard]] shipflow::time_point now() const;

  static constexpr shipflow::time_point begin = shipflow::from_ms(1'772'532'000'000);
  std::mutex mutex_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  int speed_;
  std::atomic<shipflow::time_point> told_{begin};
  models models_;
  std::function<mishap(const std::string&, int)> decide_;
  std::mt19937 dice_;
  std::vector<std::string> calls_;
  std::map<std::string, int> counts_;
  raw_server server_;  // last: stops first
};

}  // namespace tests

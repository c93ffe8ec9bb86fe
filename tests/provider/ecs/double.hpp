// The AWS double: the model of ECS and its load balancer behind HTTP, on the real wire protocols. Signatures are
// checked strictly (every signed header, the body's hash, a clock that is off by more than five minutes), and faults come
// on demand. botocore's own clients are what checks it (double_test.cpp).
#pragma once

#include "http/raw_server.hpp"
#include "world/aws/elb.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace tests {

/// What goes wrong with a call.
enum class mishap {
  none,
  throttled,     ///< refused with ThrottlingException
  fails_before,  ///< 500 and nothing happened
  fails_after,   ///< 500, and it happened
  drops_after,   ///< it happened, and the connection is gone
  truncated,     ///< half of the answer
  malformed,     ///< what is no JSON and no XML
  oversized,     ///< more than any client should take
  entities,      ///< XML with entities that grow
  mangled,       ///< some bytes are others
};

class aws_double {
 public:
  /// Model time runs `speed` times as fast as the clock.
  explicit aws_double(shipflow::cloud::ecs_options options, int speed = 20);

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port); }
  /// Looks at the model, or changes it, while no call is worked on.
  void with(
      const std::function<void(shipflow::cloud::ecs&, shipflow::cloud::elb&, shipflow::time_point)>& what);
  /// Asked before each call; counts from 1 per operation.
  void on_call(std::function<mishap(const std::string& operation, int number)> decide);
  /// What mangled answers are made with.
  void seed(std::uint32_t with) { dice_.seed(with); }
  /// Operations in the order they came, refused ones with the code behind a colon.
  [[nodiscard]] std::vector<std::string> calls();
  [[nodiscard]] int count(const std::string& operation);

  /// The only key that is known.
  static constexpr const char* id = "AKIDEXAMPLE";
  static constexpr const char* secret = "wJalrXUtnFEMI";
  static constexpr const char* account = "123456789012";

 private:
  struct message {
    std::string method, path, body;
    std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
    [[nodiscard]] std::string header(const std::string& name) const;
  };
  static message parsed(const std::string& bytes);
  /// Code of the refusal, or empty.
  [[nodiscard]] static std::string check_signature(const message& m);
  void serve(raw_connection& c);
  [[nodiscard]] bool answer(raw_connection& c, const message& m);
  [[nodiscard]] shipflow::cloud::reply carry_out(bool query, const std::string& operation,
                                                 const shipflow::json::object& input);
  [[nodiscard]] shipflow::time_point now() const;

  std::mutex mutex_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  int speed_;
  shipflow::cloud::ecs services_;
  shipflow::cloud::elb balancer_;
  std::function<mishap(const std::string&, int)> decide_;
  std::mt19937 dice_;
  std::vector<std::string> calls_;
  std::map<std::string, int> counts_;
  raw_server server_;  // last: stops first
};

}  // namespace tests

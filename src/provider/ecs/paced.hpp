// AWS, asked no more often than its rates allow.
#pragma once

#include "aws/desk.hpp"
#include "provider/ecs/rates.hpp"

#include <stop_token>

namespace shipflow::ecs {

/// What rates are counted by.
[[nodiscard]] inline std::string region_of(const aws::destination& where) {
  return where.region + " " + where.endpoint_url;
}

/// Whose turn it is not yet waits for it. Used by several threads.
class paced final : public aws::desk {
 public:
  explicit paced(aws::desk& on) : on_(on) {}

  aws::outcome ask(const request& q, const aws::destination& where, const aws::service& of,
                   const std::string& operation, json::object input, again may) override;
  [[nodiscard]] time_point now() override { return on_.now(); }
  result<std::string> account(const request& q, const aws::destination& where) override {
    return on_.account(q, where);
  }
  [[nodiscard]] rates& pace() noexcept { return rates_; }
  /// A clock that nobody sets, and by which rates are counted.
  [[nodiscard]] static time_point steady();
  /// Nobody waits any longer.
  void close() { over_.request_stop(); }

 private:
  aws::desk& on_;
  rates rates_;
  std::stop_source over_;
};

}  // namespace shipflow::ecs

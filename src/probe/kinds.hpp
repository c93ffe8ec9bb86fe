// One look of each kind, made ready from its spec.
#pragma once

#include "http/client.hpp"

#include <shipflow/probe.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace shipflow::probing {

/// What a look works with; outlives it.
struct surroundings {
  boost::asio::any_io_executor executor;
  std::shared_ptr<http::client> client;
};

/// A look's outcome, and whether time ran out, since that may be blamed on waiting for a slot.
struct seen {
  probe_answer answer;
  bool timed_out = false;
};

class prepared_look {
 public:
  prepared_look() = default;
  virtual ~prepared_look() = default;
  prepared_look(const prepared_look&) = delete;
  prepared_look& operator=(const prepared_look&) = delete;
  /// Answers once, within `limit`, on the executor; `cancelled` looks are unavailable.
  virtual void begin(const surroundings& with, duration limit, std::stop_token stop,
                     std::function<void(seen)> done) = 0;

  duration timeout{0};  ///< of the spec; zero: none
};
using prepared = result<std::unique_ptr<prepared_look>>;

[[nodiscard]] prepared prepare_http(const json::object& spec);
[[nodiscard]] prepared prepare_tcp(const json::object& spec);
[[nodiscard]] prepared prepare_command(const json::object& spec);
/// `not_found` for a kind that is none of these.
[[nodiscard]] prepared prepare(const std::string& kind, const json::object& spec);

/// pass or fail or unavailable for a failed exchange.
[[nodiscard]] seen seen_failure(const http::failure& f);

}  // namespace shipflow::probing

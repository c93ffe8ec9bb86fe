// What HAProxy says about itself: the live picture.
#pragma once

#include "base/colour.hpp"

#include <shipflow/error.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace shipflow::local {

/// Requests answered. Only grows while one HAProxy lives.
struct totals {
  std::int64_t all = 0;
  std::int64_t c4xx = 0;
  std::int64_t c5xx = 0;
  totals& operator+=(const totals& more) noexcept {
    all += more.all;
    c4xx += more.c4xx;
    c5xx += more.c5xx;
    return *this;
  }
  friend bool operator==(const totals&, const totals&) = default;
};

struct server_view {
  enum class admin_state { ready, drain, maintenance };
  admin_state admin = admin_state::ready;
  bool up = false;     ///< its checks pass, and at least one was made
  std::string health;  ///< for people: "DOWN, L7STS 503"
  int weight = 0;      ///< as set, whatever its state
  int sessions = 0;    ///< running requests
  int queued = 0;
  totals count;
  std::int64_t response_ms = 0;  ///< mean of the last 1024 requests
};

struct view {
  std::string incarnation;  ///< pid and start: another value means counters began anew
  std::map<std::string, server_view> servers;
  totals fleet;  ///< what clients were answered
  std::int64_t response_ms = 0;
  int queued = 0;
  bool maintenance = false;

  [[nodiscard]] const server_view* find(const std::string& id) const;
  [[nodiscard]] bool ready(const std::string& id) const;
};

/// Asks the HAProxy of that directory. `unavailable` when it does not answer.
[[nodiscard]] result<view> look_at(const std::string& directory);

/// Reads the answers of `show info;show map ...;show servers state ...;show stat`. Pure.
[[nodiscard]] result<view> parse_view(std::string_view text);

/// Colour of a server by its name, "blue-7".
[[nodiscard]] std::optional<colour> colour_of(std::string_view id);

/// Shares by the weights in HAProxy. Servers in drain or maintenance count as 0.
[[nodiscard]] per_colour<int> observed_share(const view& v);

}  // namespace shipflow::local

// What `observe` answers: the component as it is, and the value that undo puts back.
#pragma once

#include "provider/local/balancer.hpp"
#include "provider/local/component.hpp"

#include <optional>
#include <string>

namespace shipflow::local {

struct picture {
  std::optional<colour> live;
  per_colour<int> weights;  ///< percent
  per_colour<std::optional<fleet>> fleets;
  per_colour<int> ready;
  bool maintenance = false;
  presence balancer = presence::absent;

  [[nodiscard]] std::string version() const;  ///< of the live fleet, or empty
  [[nodiscard]] bool nothing() const noexcept;
};

/// `unavailable` while HAProxy should answer and does not.
[[nodiscard]] result<picture> observe(const component& c);

[[nodiscard]] json::object to_json(const picture& p);
/// Reads a baseline.
[[nodiscard]] result<picture> picture_from_json(const json::value& v);

}  // namespace shipflow::local

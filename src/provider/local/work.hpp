// Work that takes a while: bringing the fleets of a component to a goal. The handle of `started` answers
// is this value as JSON, so whoever settles needs nothing else.
#pragma once

#include "provider/local/component.hpp"

#include <optional>
#include <string>

namespace shipflow::local {

struct work {
  std::string action;
  /// Colours to bring to a goal; the inner optional is empty for "nothing of this colour".
  per_colour<std::optional<std::optional<fleet>>> goals;
  int batch = 0;                 ///< how many at once take over; 0: all
  bool routed = false;           ///< instances of the goal get their colour's share as they become ready
  std::optional<colour> claims;  ///< gets all traffic once its fleet is ready: a first release in place
  bool stop_balancer = false;
  duration drain{10'000};
  std::int64_t begun = 0;  ///< milliseconds since the epoch
  json::object outputs;
};

[[nodiscard]] json::value to_json(const work& w);
[[nodiscard]] result<work> work_from_json(const json::value& v);

/// How far it is.
struct progress {
  bool done = false;
  int percent = -1;
  std::string text;
};

/// Notes the goals in the book, under the effect's key, before anything is done.
[[nodiscard]] result<void> begin_work(component& c, const std::string& effect, const work& w);

/// Does what can be done now and says how far it is. Never waits. Errors are final, unless retryable.
[[nodiscard]] result<progress> advance(component& c, const work& w);

}  // namespace shipflow::local

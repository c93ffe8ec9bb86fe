// fleet.json: what should be there. Written before each effect, so that whoever comes next, after a
// crash or in another process, knows what was meant; what is there is asked of HAProxy and the keepers.
#pragma once

#include "base/colour.hpp"

#include <shipflow/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace shipflow::local {

enum class stage {
  starting,  ///< its process was asked for; not ready yet, weight 0
  serving,   ///< has the weight of its colour
  draining,  ///< gets no new requests
  ending,    ///< out of HAProxy, its process was asked to end
};
[[nodiscard]] std::string_view name_of(stage s) noexcept;

struct instance {
  std::string id;  ///< "blue-7": colour and serial number; name of the server in HAProxy
  colour in = colour::blue;
  std::string version;
  std::string recipe;  ///< digest: the fingerprint of what runs
  int port = 0;
  stage at = stage::starting;
  std::int64_t since = 0;  ///< milliseconds since the epoch, of the stage
};

struct fleet {
  std::string version;
  std::string image;
  std::string recipe;
  int wanted = 0;
  friend bool operator==(const fleet&, const fleet&) = default;
};

/// The last split of the traffic that this provider set.
struct split {
  per_colour<int> share;  ///< percent; both 0: nothing routed
  std::string run;        ///< who set it
  std::string effect;
  per_colour<int> before;  ///< share when it was set; what a crash in between may have left
};

struct ledger {
  std::uint64_t serial = 0;  ///< of the last instance
  bool balancer = false;     ///< HAProxy should be there
  json::object front;        ///< with these settings
  per_colour<std::optional<fleet>> fleets;
  std::vector<instance> instances;
  split traffic;
  bool maintenance = false;
  /// The colour launched last and the run that did it: what "new" means within that run.
  std::string launched_by;
  colour launched = colour::blue;
  std::string retired_by;  ///< the run that retired a fleet last, and can launch it again
  /// Effects begun, newest last: effect key -> handle. Bounded.
  std::vector<std::pair<std::string, json::value>> effects;

  [[nodiscard]] const json::value* effect(const std::string& key) const;
  void remember(const std::string& key, json::value handle);
  [[nodiscard]] bool empty() const noexcept;
};

[[nodiscard]] json::value to_json(const ledger& l);
[[nodiscard]] result<ledger> ledger_from_json(const json::value& v);

[[nodiscard]] json::value to_json(const per_colour<int>& share);
[[nodiscard]] std::string text_of(const per_colour<int>& share);

}  // namespace shipflow::local

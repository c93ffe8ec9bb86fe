// Sums that never fall because an instance ended or HAProxy was started again.
#pragma once

#include "provider/local/ledger.hpp"
#include "provider/local/view.hpp"

#include <shipflow/json.hpp>

#include <map>
#include <string>

namespace shipflow::local {

/// What was seen last of the HAProxy that runs, and what earlier ones and ended instances counted.
struct counters {
  struct seen {
    std::string version;
    totals count;
  };
  std::string incarnation;
  std::map<std::string, seen> servers;
  totals fleet;
  std::map<std::string, totals> past;  ///< by version; at most 32 versions
  totals fleet_past;

  /// Takes in a look. Counts of another incarnation and of servers that are gone become past.
  void take(const view& v, const ledger& book);
  /// Did any instance ever run the version?
  [[nodiscard]] bool knows(const std::string& version) const;
  /// Of all instances that ever ran it.
  [[nodiscard]] totals of(const std::string& version) const;
  [[nodiscard]] totals of_fleet() const;
};

[[nodiscard]] json::value to_json(const counters& c);
/// Anything unreadable is an empty count: readers see a restart from zero.
[[nodiscard]] counters counters_from_json(const json::value& v);

}  // namespace shipflow::local

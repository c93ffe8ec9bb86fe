// The text of haproxy.cfg: what a started HAProxy comes up with.
#pragma once

#include "provider/local/binding.hpp"
#include "provider/local/ledger.hpp"

#include <map>
#include <string>

namespace shipflow::local {

/// HAProxy's names of the two proxies.
inline constexpr std::string_view front_name = "front";
inline constexpr std::string_view fleet_name = "fleet";

/// The weight each recorded instance should have: that of its colour when it serves, else 0.
[[nodiscard]] result<std::map<std::string, int>> weights_of(const ledger& book);

/// What follows `server <id>` and `add server fleet/<id>`.
[[nodiscard]] std::string server_line(const front& f, const instance& i, int weight);

/// Paths in it are relative to the component's directory, HAProxy's working directory.
[[nodiscard]] std::string config_text(const front& f, const ledger& book,
                                      const std::map<std::string, int>& weights);

}  // namespace shipflow::local

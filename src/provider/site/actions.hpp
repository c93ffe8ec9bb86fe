// The actions, as work that is carried out from beginning to end and may be begun again at any point.
#pragma once

#include "provider/site/carry.hpp"

#include <vector>

namespace shipflow::site {

[[nodiscard]] std::vector<action_spec> action_specs();

/// Opens the files of the release of a request.
using opener = std::function<result<std::unique_ptr<tree>>(const request& q, const std::string& directory)>;

[[nodiscard]] result<json::object> publish(session& s, const opener& files);
[[nodiscard]] result<json::object> restore(session& s);
[[nodiscard]] result<json::object> prune(session& s);
[[nodiscard]] result<json::object> verify(session& s);

/// The value of `observe`.
[[nodiscard]] result<json::object> look(session& s);
/// Back to what `look` saw.
[[nodiscard]] result<json::object> put_back(session& s, const json::value& baseline);
/// Whether everything that would be brought back is kept still.
[[nodiscard]] result<void> can_put_back(session& s, const json::value& baseline);
/// What an effect that was carried out gave; empty when it was not.
[[nodiscard]] result<std::optional<json::object>> outcome_of(session& s);

/// The name under which is kept what was there before shipflow.
inline constexpr const char* found_release = "found";

/// Paths that a cache in front should forget: those of changed mutable objects, and "/" for the entry.
[[nodiscard]] json::array paths_of(const session& s, const comparison& what);

}  // namespace shipflow::site

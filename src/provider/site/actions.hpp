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
/// Among releases with a prefix each: deletes those that are neither new nor in use.
[[nodiscard]] result<json::object> prune_prefixes(session& s);
/// So many it can be told to keep.
inline constexpr int most_prefixes_kept = 1'000;

/// The value of `observe`.
[[nodiscard]] result<json::object> look(session& s);
/// Back to what `look` saw.
[[nodiscard]] result<json::object> put_back(session& s, const json::value& baseline);
/// Whether everything that would be brought back is kept still.
[[nodiscard]] result<void> can_put_back(session& s, const json::value& baseline);
/// What an effect that was carried out gave; empty when it was not.
[[nodiscard]] result<std::optional<json::object>> outcome_of(session& s);

/// The release that stands, as outputs: {release, version, files, bytes}.
[[nodiscard]] json::object standing(const heading& h);
/// The same with those of a change that was made before and is not known any more: caches forget everything.
[[nodiscard]] json::object standing_already(const heading& h);

/// The name under which is kept what was there before shipflow.
inline constexpr const char* found_release = "found";

}  // namespace shipflow::site

// The actions, each a set of verbs.
#pragma once

#include "provider/cloudfront/binding.hpp"

#include <optional>
#include <string>
#include <vector>

namespace shipflow::cloudfront {

[[nodiscard]] std::vector<action_spec> action_specs();
[[nodiscard]] result<std::vector<action_spec>> actions_for(const json::object& target);

/// Carries out one call.
[[nodiscard]] answer carry_out(aws::desk& on, const request& q);

[[nodiscard]] answer invalidate(session& s);
[[nodiscard]] answer switch_origin(session& s);
/// For bindings with `canary`.
[[nodiscard]] answer launch(session& s);
[[nodiscard]] answer observe_launch(session& s);
[[nodiscard]] answer shift(session& s);
[[nodiscard]] answer observe_shift(session& s);
[[nodiscard]] answer retire(session& s);

/// An invalidation as CloudFront has it.
struct flushing {
  std::string id;
  bool completed = false;
  bool must_wait = false;  ///< too many are in progress; it was not taken
  bool over = false;       ///< it is not waited for any longer
};
/// Asks for it; the same reference gives the same one.
[[nodiscard]] aws::got<flushing> flush(session& s, const std::string& distribution,
                                       const std::vector<std::string>& paths, const std::string& reference);
/// The same by an action that waits `since` so long for its caches: over when it is completed, or was taken and takes
/// longer than the input `within`.
[[nodiscard]] aws::got<flushing> flush_within(session& s, const std::string& distribution,
                                              const std::vector<std::string>& paths,
                                              const std::string& reference, duration since);
/// The paths to name, by the inputs. Error: `invalid_argument`.
[[nodiscard]] result<std::vector<std::string>> paths_of(const json::value& names, const json::object& inputs);
/// "shipflow-..." of the effect, another one on its way back. Pure.
[[nodiscard]] std::string reference_of(const request& q, bool back);
/// How long is waited for the end of an invalidation. Error: `invalid_argument`.
[[nodiscard]] result<duration> patience_of(const json::object& inputs);

/// The distribution's configuration and the path of its origin.
struct configured {
  json::object config;
  std::string etag, path, origin;
};
[[nodiscard]] aws::got<configured> look_at_config(session& s);
}  // namespace shipflow::cloudfront

// Work handed over to GitHub Actions: the event, the run that came of it, and how that ended.
#pragma once

#include "github/api.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace shipflow::github {

/// What GitHub takes at most, as documented for both events.
inline constexpr std::size_t most_workflow_inputs = 25;
inline constexpr std::size_t most_payload_members = 10;

/// After an unclear call a run may get into the list as late as this.
inline constexpr duration listed_within = std::chrono::minutes(2);

/// What a run shows in its name, so that it is found again: made from the effect key.
[[nodiscard]] std::string key_of(const request& q);
/// The input or member of the payload that carries it.
[[nodiscard]] std::string key_input(const request& q);
/// Whether the end of the run is waited for.
[[nodiscard]] bool waits(const request& q);

/// Inputs that can never work. Error: `invalid_argument`, the message names the member.
[[nodiscard]] result<void> check_event(const request& q);
/// Carries out a verb of the actions workflow_dispatch and repository_dispatch, which <shipflow/providers/github.hpp>
/// describes. `with` is over `on`, and both outlive the answer.
void dispatch(api& with, wire& on, request q, reply r);

/// What the event is posted to, within the repository, and what is posted.
struct event_post {
  std::string path;
  json::object body;
};
[[nodiscard]] event_post event_of(const request& q, bool wants_details);
/// The list its run will be in.
[[nodiscard]] std::string runs_path(const request& q);
[[nodiscard]] bool shows_key(const json::value& run, const request& q);

/// How a run stands. Pure.
struct run_view {
  std::int64_t id = 0;
  std::string url, status, conclusion;
  [[nodiscard]] bool over() const { return status == "completed"; }
};
[[nodiscard]] run_view view_of(const json::value& run);
[[nodiscard]] json::object outputs_of(const run_view& run);
/// `jobs`: those of the run, for the progress and for what failed.
[[nodiscard]] answer judge_run(const run_view& run, const json::array& jobs,
                               const std::vector<std::string>& accept);
/// Why GitHub took no event, with the remedy where there is one.
[[nodiscard]] error with_remedy(error why, int status, const request& q);

}  // namespace shipflow::github

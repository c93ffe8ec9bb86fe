// The world model of the `github` provider: the provider's own code, over a model of GitHub in virtual time (see
// world.hpp).
//
// What is modelled. An event is taken and its run is to be seen `lag` later, is queued for `queued`, runs for `lasts` and
// concludes as `concludes` says, or a moment after it was cancelled. Runs show what they were given, as the documentation of
// the provider asks of workflows. The checks of every commit have passed, and every pull request is merged with three
// approvals.
//
// What is not: tokens, rate limits, workflows that lack an input (they are refused by GitHub, see github.hpp).
//
// It disturbs (see world.hpp) by letting the run of a request fail, and by letting it stand still until it is cancelled.
#pragma once

#include <shipflow/world.hpp>

#include <memory>
#include <string>

namespace shipflow {
inline namespace v1 {

struct github_world_options {
  duration latency{150};  ///< of one answer
  duration lag{2'000};    ///< from an event to its run in a list
  duration queued{3'000};
  duration lasts{120'000};
  std::string concludes = "success";
};

/// Serves as provider `github`; nothing of it is put back, so `snapshot` is empty.
[[nodiscard]] std::shared_ptr<world_model> make_github_world(std::shared_ptr<world> where,
                                                             const github_world_options& options);

}  // namespace v1
}  // namespace shipflow

// May a release be started here? Only when it proved itself elsewhere: released there, healthy long enough,
// validated. Read from the history of a store that both environments share.
//
//   const auto told = shipflow::ask_promotion(*store, plan, now).value();
//   if (!told.granted) std::puts(told.why.c_str());
//
// `engine::start` asks by itself, and asks again when a start that was scheduled or had to wait begins: what was taken back or
// fell ill meanwhile ends then, untouched, with the reason. This is for looking ahead.
#pragma once

#include <shipflow/plan.hpp>
#include <shipflow/run.hpp>
#include <shipflow/store.hpp>

#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// How one release stands in an environment.
struct release_standing {
  std::string run;
  release_info release;
  run_status status = run_status::ready;  ///< of the run that brought it
  time_point released_at{};               ///< zero: not released
  time_point healthy_since{};             ///< released, or the last alert after that; zero: not released
  std::string trouble;  ///< what a guard says now when it is no pass, or why it was taken back
  std::vector<std::string> carried_out;  ///< documents' ids of steps all of whose parts were done
};
/// How the release that a run brought stands. `not_found`: there is no such run, or its facts were purged.
[[nodiscard]] result<release_standing> standing_of(store& keep, const std::string& run);
/// The standings of a plan's releases in an environment, newest run first, of at most `most` runs.
/// Runs whose facts were purged are left out: nobody can tell any more whether they were healthy.
[[nodiscard]] result<std::vector<release_standing>> standings(store& keep, const std::string& plan,
                                                              const std::string& environment,
                                                              std::size_t most);

struct promotion_verdict {
  bool granted = false;
  std::string run;  ///< in which the release proved itself, or that was looked at
  std::string why;  ///< why not, and what to do; empty when granted
};
/// The newest run of the same release decides. Two releases are the same by the rule's identity:
/// `digest`: every image of `what` is pinned (`name@sha256:` and 64 digits) and the release there had the same digests;
/// `commit`, `version`: they are equal and not empty. Pure.
[[nodiscard]] promotion_verdict judge_promotion(const promotion_rule& rule, const release_info& what,
                                                const std::vector<release_standing>& newest_first,
                                                time_point now);

/// May this plan be started, by its `promoted_from`? Granted without one. Reads the newest 1,000 runs of the
/// plan in the other environment until it finds the same release; only of that run the facts.
[[nodiscard]] result<promotion_verdict> ask_promotion(store& keep, const plan& what, time_point now);

}  // namespace v1
}  // namespace shipflow

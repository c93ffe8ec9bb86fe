// One trial: the calls to make, in order, and what each answer has to be.
#pragma once

#include <shipflow/provider_suite.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace shipflow::suite {

/// What a trial knows so far.
struct trial_state {
  const provider_trial& given;
  action_spec spec;
  json::value baseline;  ///< before anything
  json::value after;     ///< after the effect
  json::value handle;
  std::map<std::string, std::string> broken;   ///< rule -> what was seen first
  std::map<std::string, std::string> skipped;  ///< rule -> why
  std::map<std::string, int> tried;            ///< rule -> calls judged
  std::string over;                            ///< why the rest cannot be tried; empty: it can

  void breaks(const std::string& rule, std::string what) { broken.emplace(rule, std::move(what)); }
};

/// Which effect a call is about: keys of their own.
enum class effect { first, never, cancelled };

/// One call. An answer of `started` is settled before it is judged.
struct step {
  std::string rule;
  verb what = verb::observe;
  effect about = effect::first;
  bool stop = false;  ///< its answer is no longer wanted
  std::function<void(trial_state&, const answer&)> judge;
};

/// The calls of a trial by the declared class of its action.
[[nodiscard]] std::vector<step> steps_of(const action_spec& spec);

/// Finds the action and compares the trial's inputs with it; a trial that breaks `declared` makes no calls.
void check_declared(trial_state& state, const std::vector<action_spec>& actions);

/// Rules that hold for every answer: it fits its verb, and holds no secret.
void check_answer(trial_state& state, verb asked, const answer& a);

/// The part of an observation that an undo puts back, as canonical text.
[[nodiscard]] std::string restored_part(const json::value& observed);

}  // namespace shipflow::suite

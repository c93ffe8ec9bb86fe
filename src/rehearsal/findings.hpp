// What checks find, and the checks that need no more than what a run wrote down.
#pragma once

#include <shipflow/run.hpp>
#include <shipflow/store.hpp>

#include <string>
#include <vector>

namespace shipflow::rehearsal {

struct finding {
  std::string check;  ///< names are those of <shipflow/rehearsal.hpp>
  std::string what;
};

/// Values of secrets in a rehearsal begin so; a text with it holds a secret, or the beginning of one.
inline constexpr auto secret_mark = "rehearsal-secret-";

/// chain: the journal of a run in `keep` does not verify.
[[nodiscard]] std::vector<finding> check_chain(store& keep, const std::string& run);
/// chain: what an engine holds is not the fold of what is stored; nothing is said of another revision.
[[nodiscard]] std::vector<finding> check_fold(const run_state& held, const run_state& stored);
/// no_new_intent: a step began after the run had turned back.
[[nodiscard]] std::vector<finding> check_turned(const std::vector<stored_fact>& facts);
/// secrets: a secret is in the facts, the samples, the row or the plan of a run.
[[nodiscard]] std::vector<finding> check_secrets(store& keep, const std::string& run);
/// point_of_no_return: something irreversible was left, and the reason of a run that went back does not name it.
[[nodiscard]] std::vector<finding> check_no_return(const run_state& s);

}  // namespace shipflow::rehearsal

// What a run answered to something that was said to it.
#pragma once

#include "host.hpp"

#include <optional>
#include <string>

namespace program {

/// A name for something said, by which its answer is found again.
[[nodiscard]] std::string new_signal_id();

struct heard {
  bool refused = false;
  std::string why;   ///< of a refusal
  std::string word;  ///< what was said
};
/// What the engine of the store made of the signal `id`, among the run's facts after revision `after`; nothing
/// when it has said nothing within some seconds.
[[nodiscard]] shipflow::result<std::optional<heard>> hear(const places& at, const std::string& run,
                                                          const std::string& id, std::int64_t after);
/// That `word` was refused.
[[nodiscard]] shipflow::error refusal(const std::string& word, const heard& answer);
/// The answer in a fact, if it is one to the signal `id`.
[[nodiscard]] std::optional<heard> heard_in(const shipflow::fact& f, const std::string& id);

/// The newest revision of a run; `not_found`.
[[nodiscard]] shipflow::result<std::int64_t> revision_of(const places& at, const std::string& run);

}  // namespace program

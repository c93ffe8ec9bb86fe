// Plays a scenario as tests/corpus/README.md says.
#pragma once

#include "host.hpp"

#include <map>
#include <string>
#include <vector>

namespace shipflow_corpus {

struct outcome {
  std::vector<std::string> calls;
  std::vector<std::string> facts;
  std::string bodies;   ///< of all calls
  std::string written;  ///< events, facts and state: what must be free of secrets
  std::string phase;
  std::string reason;
  std::string parked;
  std::string folded_phase;
  std::size_t audited = 0;  ///< facts whose chain holds
  std::string refused;      ///< status of a refusal, and its message
  std::string message;
  std::vector<std::string> trouble;  ///< what the scenario itself does not allow
};

[[nodiscard]] outcome play(const json::object& scenario);

}  // namespace shipflow_corpus

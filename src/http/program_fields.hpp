// A program as specs of probes and channels name it.
#pragma once

#include "http/fields.hpp"

#include <string>
#include <utility>
#include <vector>

namespace shipflow::http {

struct program {
  std::vector<std::string> argv;                                 ///< `command`
  std::string directory;                                         ///< default: /
  std::vector<std::pair<std::string, std::string>> environment;  ///< `env`; numbers and booleans as text
};
/// What is wrong with it, `in` remembers.
[[nodiscard]] program read_program(fields& in);

}  // namespace shipflow::http

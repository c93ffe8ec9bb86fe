// The command line as a value.
#pragma once

#include <shipflow/error.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace program {

struct arguments {
  std::string command;
  std::vector<std::string> words;                               ///< what is not an option
  std::vector<std::string> given;                               ///< names of all options, in order
  std::map<std::string, std::string> options;                   ///< "--store" -> value, last one counts
  std::vector<std::pair<std::string, std::string>> images;      ///< --image api=ref
  std::vector<std::pair<std::string, std::string>> parameters;  ///< --parameter bake=10m
  std::vector<std::pair<std::string, std::string>> data;        ///< --data, --good or --bad, and the file
  std::vector<std::string> faults;                              ///< --fault api/shift:reply_dropped

  std::vector<std::string> script;  ///< all that follows --script

  [[nodiscard]] bool has(const std::string& option) const { return options.contains(option); }
  [[nodiscard]] std::string get(const std::string& option, const std::string& fallback = {}) const;
};

/// Reads argv. Unknown commands, options that the command does not take, missing values and words are
/// `invalid_argument`.
[[nodiscard]] shipflow::result<arguments> read_arguments(const std::vector<std::string>& argv);

}  // namespace program

// What the program can be told: one table for parsing, help, completion and dispatch.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace program {

struct arguments;

struct verb {
  const char* name;
  const char* usage;    ///< without "shipflow "
  const char* help;     ///< one line
  const char* example;  ///< without "shipflow "
  std::size_t least_words;
  std::size_t most_words;
  int (*run)(const arguments& given);
};
[[nodiscard]] std::span<const verb> verbs();
/// Null when there is none of that name.
[[nodiscard]] const verb* find_verb(std::string_view name);

/// Options, by whether they take a value; long names. `common` ones mean the same with every verb.
[[nodiscard]] bool takes_value(std::string_view option);
[[nodiscard]] bool is_flag(std::string_view option);
/// Options that stand in the usage of a verb, long names, and the common ones behind them.
[[nodiscard]] std::vector<std::string> options_of(const verb& v);

/// "-e" -> "--environments"; what is no short name stays.
[[nodiscard]] std::string long_name(const std::string& option);

/// The text of --help; with a verb that verb's.
[[nodiscard]] std::string help(const std::string& command);

}  // namespace program

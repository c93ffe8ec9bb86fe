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
  unsigned groups = 0;  ///< which options it takes besides those of its usage and the common ones
};
[[nodiscard]] std::span<const verb> verbs();
/// Null when there is none of that name.
[[nodiscard]] const verb* find_verb(std::string_view name);

/// Options that the verb takes, long names: those of its usage and its groups; the common ones, which mean the same
/// with every verb, behind them.
[[nodiscard]] std::vector<std::string> options_of(const verb& v);

/// A verb that was perhaps meant; empty when none is near.
[[nodiscard]] std::string nearest_verb(std::string_view name);

/// The text of --help, of all or of one.
[[nodiscard]] std::string help();
[[nodiscard]] std::string help_of(const verb& v);

}  // namespace program
